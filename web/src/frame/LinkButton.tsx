import { Button, type ButtonProps } from "@patternfly/react-core";
import { createLink } from "@tanstack/react-router";

/** A button that leads to another page. It stays the same element when it is drawn again: focus and clicks are not lost. */
export const LinkButton = createLink((props: Omit<ButtonProps, "component">) => <Button {...props} component="a" />);
