import "@patternfly/react-core/dist/styles/base.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { errorOf } from "./api/problem";
import { makeClient } from "./frame/client";
import { startFonts } from "./frame/fonts";
import { router } from "./frame/routes";
import { startTheme } from "./frame/theme";
import { startLanguages } from "./i18n";
import "./styles.css"; // behind those of the components, which it changes

startTheme();
startFonts();
await startLanguages();
const root = document.getElementById("root");
if (root) {
  const log = (error: unknown) => {
    if (errorOf(error).category === "bug") console.error(error); // all others are told on the page, with advice
  };
  createRoot(root, { onCaughtError: log }).render(
    <StrictMode>
      <QueryClientProvider client={makeClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
