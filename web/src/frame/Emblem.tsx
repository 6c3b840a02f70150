/** The mark: three servers, the last of which is about to start. */
export function Emblem({ size = 34 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" className="q-emblem">
      <rect width="32" height="32" rx="7" className="q-emblem-ground" />
      <path d="M8 8.5h16v4H8zM8 14.5h16v4H8z" fill="#fff" />
      <path d="M8 20.500h10v4H8z" fill="#fff" />
      <path d="m20.500 20 5.300 2.500-5.300 2.500z" fill="#ffc53d" />
    </svg>
  );
}
