import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { adoptedStyles } from "./adoptedStyles.ts";
import { compressed } from "./compressed.ts";
import { withoutUnused } from "./unused.ts";

const openqrm = process.env["OPENQRM_URL"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), adoptedStyles(), compressed()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  optimizeDeps: { exclude: ["@xterm/xterm"] }, // so that it comes through the plugin while developing, too
  css: { postcss: { plugins: [withoutUnused] } },
  server: { proxy: { "/api": { target: openqrm, changeOrigin: false } } },
  build: {
    outDir: "../src/openqrm/console",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy allows no data: scripts, styles or fonts
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } } }, // a dozen wait in turn
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.{ts,tsx}"] },
});
