import { build } from "esbuild";

/** Writes what `entry` exports, with all that it needs, as one file. */
export async function bundle(entry, outfile, banner = "") {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minifySyntax: true,
    platform: "node",
    target: "node22",
    banner: { js: banner },
    plugins: [{ name: "without-typescript", setup: withoutTypescript }],
    external: ["node-gyp/*"],
    logLevel: "warning",
  });
}

/** Pulumi's SDK loads TypeScript's compiler to serialise functions, which a policy pack never does. */
function withoutTypescript({ onLoad }) {
  onLoad({ filter: /@pulumi\/pulumi\/typescript-shim\.js$/ }, () => ({ contents: "module.exports = {};" }));
}
