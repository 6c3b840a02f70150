/** Whether an IPv4 address lies in a subnet. Of what is none, such as an address that is not yet known, it may. */
export function isWithin(address: string, cidr: string): boolean {
  const [base = "", bits = "32"] = cidr.split("/", 2);
  const [here, there] = [numberOf(address), numberOf(base)];
  const size = 2 ** (32 - Number(bits));
  return Number.isNaN(here) || Number.isNaN(there) || Math.floor(here / size) === Math.floor(there / size);
}

function numberOf(address: string): number {
  const parts = address.split(".").map(Number);
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + part, 0) : NaN;
}
