/** Where the keyboard stands when another page is shown. */
import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, type RefObject } from "react";

/** The page at its beginning, for a screen reader too; who goes back stands at what led away from there. */
export function useStart(path: string): RefObject<HTMLDivElement | null> {
  const router = useRouter();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const page = place.current; // a list leads back to the row that was opened
    if (!page?.contains(document.activeElement)) page?.focus({ preventScroll: true });
  }, [path]);
  useEffect(() => {
    let left = ""; // the address of the page that was left by going back
    const ends = [
      router.history.subscribe(({ action }) => { left = action.type === "BACK" ? (router.state.resolvedLocation?.href ?? "") : ""; }),
      router.subscribe("onRendered", () => {
        const page = place.current;
        if (left && page && document.activeElement === page) wayTo(page, left)?.focus();
      }),
    ];
    return () => ends.forEach((end) => end());
  }, [router]);
  return place;
}

/** A link to the address, or the menu that has it: `data-leads-to` names forms. */
function wayTo(page: Element, address: string): HTMLElement | undefined {
  const [form = ""] = address.split("?", 1);
  return [...page.querySelectorAll<HTMLElement>("a[href], [data-leads-to]")].find(
    (each) => each.getAttribute("href") === address || each.dataset["leadsTo"]?.split(" ").includes(form),
  );
}

/** What a menu of forms says of itself. */
export function leadsTo(noun: string, forms: readonly { verb: string }[]): { "data-leads-to": string } {
  return { "data-leads-to": forms.map(({ verb }) => `/do/${noun}/${verb}`).join(" ") };
}
