/** Whether an IPv4 address lies in a subnet such as 10.0.0.0/8; undefined where one of them cannot be read. */
export function lies(address: string, cidr: string): boolean | undefined {
  const [base = "", length = ""] = cidr.split("/", 2);
  const size = 2 ** (32 - Number(length));
  const [here, there] = [Math.floor(figure(address) / size), Math.floor(figure(base) / size)];
  return length === "" || Number.isNaN(here) || Number.isNaN(there) ? undefined : here === there;
}

function figure(address: string): number {
  const parts = address.split(".").map((part) => (/^\d{1,3}$/.test(part) && Number(part) < 256 ? Number(part) : NaN));
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + part, 0) : NaN;
}
