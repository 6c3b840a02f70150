import { Dropdown, MenuToggle, type MenuToggleProps } from "@patternfly/react-core";
import { useRef, useState, type ReactNode, type RefObject } from "react";

type Props = Pick<MenuToggleProps, "icon"> & {
  label: ReactNode;
  /** Of the button. */
  ref?: RefObject<HTMLButtonElement | null>;
  /** Until it is closed: more than one thing is chosen there. */
  staysOpen?: boolean;
  /** What `leadsTo` says of it. */
  "data-leads-to"?: string;
  children: ReactNode | ((close: () => void) => ReactNode);
};

/** A button with a menu. */
export function MenuButton({ label, ref, staysOpen = false, children, ...more }: Props) {
  const [isOpen, setOpen] = useState(false);
  const own = useRef<HTMLButtonElement>(null);
  const button = ref ?? own;
  const close = () => setOpen(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={staysOpen ? undefined : close}
      popperProps={{ position: "right" }}
      toggle={{ toggleRef: button, toggleNode: (
        <MenuToggle ref={button} isExpanded={isOpen} onClick={() => setOpen(!isOpen)} {...more}>{label}</MenuToggle>
      ) }}
    >
      {typeof children === "function" ? children(close) : children}
    </Dropdown>
  );
}
