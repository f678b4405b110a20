// Bundles page.tsx with Grafana's components into one script that a browser opens from a file.
import { build } from 'esbuild';

await build({
  entryPoints: ['page.tsx'],
  outfile: process.argv[2],
  bundle: true,
  minify: true,
  format: 'iife',
  jsx: 'automatic',
  conditions: ['require'],
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  loader: { '.ttf': 'dataurl', '.svg': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.png': 'dataurl' },
  alias: { 'react-custom-scrollbars-2': './scrollbars.tsx' },
  logLevel: 'error',
});
