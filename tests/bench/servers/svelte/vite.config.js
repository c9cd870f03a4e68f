import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [sveltekit({
    adapter: adapter(),
    // Without it the server takes itself for https, and refuses the posts of its own forms.
    paths: { origin: process.env.ORIGIN },
  })],
});
