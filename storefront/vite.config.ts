import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// While developing, `npm run dev` shows the pages of this folder over the API of a running server.
const server = process.env['HOLDFAST_DEV_SERVER'] ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [svelte()],
  // The tests are built for node, into one file with all they need.
  ssr: { noExternal: true },
  server: { proxy: { '/api': server } },
  build: {
    outDir: process.env['HOLDFAST_WEB_DIR'] ?? '../src/holdfast/web',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows files of our own origin only, so nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
