import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server shows the document at every address of the pages, so what it is made of is named from the root.
export default defineConfig({
	base: "/ui/",
	plugins: [react()],
	build: { outDir: "../src/segue/server/ui", emptyOutDir: true, assetsDir: "parts", assetsInlineLimit: 0 },
	server: { proxy: { "/api": "http://127.0.0.1:4200" } },
});
