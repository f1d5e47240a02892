import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { demoBanner } from './build/demo.ts';
import { keepFolder, precompress } from './build/precompress.ts';
import { templateWords } from './build/template.ts';
import { t as receipt } from './src/receipt/words.ts';
import { t as report } from './src/report/words.ts';

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

// Eight pages, one build. report and receipt are Go templates that the server executes, so nothing may be
// written inline: scripts and styles are files under /assets, as the content security policy asks.
const pages = ['index', 'command', 'plan', 'admin', 'account', 'link', 'report', 'receipt'].filter((name) =>
  existsSync(page(name)),
);

const server = process.env.ONEMAP_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [
    vue(),
    templateWords({ 'report.html': report, 'receipt.html': receipt }),
    demoBanner(),
    precompress(),
    keepFolder(),
  ],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['maplibre-gl'] },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      // How long the plugins take is no fault to warn of.
      checks: { bundlerTimings: false },
      input: Object.fromEntries(pages.map((name) => [name, page(name)])),
      // The engine of the map changes seldom and our code often: apart, the engine stays in the browser's cache.
      output: {
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@maplibre|@mapbox)/ },
            { name: 'vue', test: /node_modules[\\/]@?vue/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/tiles', '/q/', '/r/'].map((path) => [path, { target: server, changeOrigin: true }]),
    ),
  },
});
