const END = 6; // letters in which machines that are called by their addresses differ

/** Where there is no room for it, a name is cut in its middle. */
export function BoxName({ name }: { name: string }) {
  return (
    <span className="q-box-name">
      <span>{name.slice(0, -END)}</span>
      <span>{name.slice(-END)}</span>
    </span>
  );
}
