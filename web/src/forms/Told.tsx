import { useWords } from "@/i18n";

/** A text of a declaration; what stands between backticks there is to be typed as it is. */
export function Told({ text }: { text: string }) {
  const parts = useWords().told(text).split("`");
  return parts.map((part, index) => (index % 2 === 1 && index < parts.length - 1 ? <code key={index} className="q-code">{part}</code> : part));
}
