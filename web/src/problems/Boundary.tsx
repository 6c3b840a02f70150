import { QueryErrorResetBoundary } from "@tanstack/react-query";
import { Component, type ReactNode } from "react";

import { ProblemPage } from "./ProblemView";

type Props = { children: ReactNode; reset: () => void };

/** What a page throws while it loads or draws stays in the page: the frame around it lives on. */
class Catching extends Component<Props, { error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    const retry = () => {
      this.props.reset();
      this.setState({ error: undefined });
    };
    return <ProblemPage error={this.state.error} retry={retry} />;
  }
}

export function Boundary({ children }: { children: ReactNode }) {
  return (
    <QueryErrorResetBoundary>{({ reset }) => <Catching reset={reset}>{children}</Catching>}</QueryErrorResetBoundary>
  );
}
