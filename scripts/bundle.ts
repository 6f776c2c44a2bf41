// Bundles what `tsc -b` built, one bundle per short-lived program: reading some 700 modules one by one costs each process half a
// second of CPU, and a run starts eight. What the compiler wrote stays the truth: bundles hold the same modules, and every other file is
// found where it always lies. With `--agent FILE` only the agent is bundled, into that file; `--config FILE` stands for the checkout's own
// `drill.config.ts`.

import { existsSync } from 'node:fs'
import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const BELOW = '.setup/bundle/'
const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, BELOW)

const asked = parseArgs({ options: { agent: { type: 'string' }, config: { type: 'string' } } }).values
const configFile = resolve(asked.config ?? join(root, 'drill.config.ts'))

const CLI = 'packages/drill/dist/cli/main'
const WORKERS = ['packages/drill/dist/workers/judge-worker', 'packages/drill/dist/workers/explore-worker']
/** One file that is shipped to machines: nothing of this checkout is there. */
const AGENT = 'packages/drill/dist/agent/main'
const ENGINE = 'packages/simulator/dist/server/stemedb/main'

/** Commands that runs start as children: each gets a program that holds nothing else. */
const CHILD_COMMANDS = ['ops', 'serve', 'world']

/** What speaks to a container engine is loaded from its packages, and only by what uses it. */
const ENGINE_CLIENTS = ['testcontainers', 'dockerode']

/** What a configuration takes the place of. */
const CONFIG = 'packages/drill/dist/targets/own-actions.js'

/** Modules that name a program by a path relative to themselves: what they name is the bundled one. */
const NAME_PROGRAMS = [
  'packages/drill/dist/agent/program.js',
  'packages/drill/dist/cli/own-command.js',
  'packages/drill/dist/workers/judge-apart.js',
  'packages/drill/dist/workers/explore-pool.js',
  'packages/simulator/dist/server/stemedb/command.js',
]

/**
 * A bundle lies elsewhere than the modules in it: `import.meta.url` stays that of the module as built, or, in a module that names
 * programs, of the same place below the bundles. With `command`, the list of commands is cut down to that one.
 */
const modulesOf = (command: string | null): Plugin => ({
  name: 'modules-as-built',
  setup({ onLoad }) {
    onLoad({ filter: /\/packages\/[^/]+\/dist\/.*\.js$/ }, async ({ path }) => {
      const module = relative(root, path).split(sep).join('/')
      if (module === CONFIG && existsSync(configFile)) {
        return {
          contents: `export { default as config } from ${JSON.stringify(configFile)}`,
          resolveDir: root,
        }
      }
      const place = NAME_PROGRAMS.includes(module) ? `${BELOW}${module}` : module
      let text = await readFile(path, 'utf8')
      if (command !== null && module.endsWith('/cli/commands/index.js')) text = only(command, text)
      // The same names; but of a namespace, what nobody uses can be left out.
      text = text.replaceAll("import { z } from 'zod'", "import * as z from 'zod'")
      return { contents: text.replaceAll('import.meta.url', `moduleUrl(${JSON.stringify(place)})`) }
    })
  },
})

/**
 * Node's own modules as they are, not as namespaces: making a namespace asks for everything in it, and so every process that speaks HTTP
 * would load a WebSocket client that nobody uses.
 */
const BUILTINS: Plugin = {
  name: 'builtins-as-they-are',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(node:)?(${builtinModules.join('|')})$`) }, ({ path }) => ({
      path: path.replace(/^node:/, ''),
      namespace: 'builtin',
    }))
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
    }))
  },
}

/** The list of commands without the lines of all others. */
function only(command: string, text: string): string {
  const ownLine = new RegExp(`^ +${command}: async `, 'm')
  if (!ownLine.test(text)) throw new Error(`the list of commands has no line for ${command}`)
  return text
    .split('\n')
    .filter((line) => !/^ +\w+: async /.test(line) || ownLine.test(line))
    .join('\n')
}

/** Before every output: addresses of modules, wherever the checkout lies, and what packages of the older module kind ask for. */
const BANNER = [
  "import{createRequire as requireOf}from'node:module'",
  'const require=requireOf(import.meta.url)',
  `const moduleUrl=path=>import.meta.url.slice(0,import.meta.url.lastIndexOf('${BELOW}'))+path`,
].join(';')

const COMMON: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  // Of packages that come as both, the kind whose names a dynamic import gives, too.
  mainFields: ['module', 'main'],
  target: 'node22',
  // A configuration may lie anywhere; what it imports is ours.
  nodePaths: [join(root, 'node_modules')],
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: BANNER },
  logLevel: 'warning',
}

/** The same for what also runs where there is no checkout: there modules are named as if theirs lay beside the one file. */
const WHOLE_BANNER = [
  "import{createRequire as requireOf}from'node:module'",
  'const require=requireOf(import.meta.url)',
  `const checkout=import.meta.url.lastIndexOf('${BELOW}')`,
  'const moduleUrl=path=>checkout<0?new URL(path,import.meta.url).href:import.meta.url.slice(0,checkout)+path',
].join(';')

async function bundle(entry: string, to: string, command: string | null): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: [{ in: `${entry}.js`, out: to }],
    outdir: out,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // It starts its threads from a file beside its own.
    external: ['tinypool', ...ENGINE_CLIENTS],
    plugins: [BUILTINS, modulesOf(command)],
  })
}

/** A program that is one file, for machines on which nothing of this checkout is. */
async function bundleWhole(entry: string, to: string, command: string | null): Promise<void> {
  const { version } = JSON.parse(await readFile(join(root, 'packages/drill/package.json'), 'utf8')) as {
    version: string
  }
  await build({
    ...COMMON,
    banner: { js: WHOLE_BANNER },
    entryPoints: [`${entry}.js`],
    outfile: resolve(out, to),
    external: ['tinypool', ...ENGINE_CLIENTS],
    define: { BUNDLED_VERSION: JSON.stringify(version) },
    plugins: [BUILTINS, modulesOf(command)],
  })
}

/** Every program of the checkout. */
async function bundleAll(): Promise<void> {
  await Promise.all([
    ...WORKERS.map((worker) => bundle(worker, worker, null)),
    bundle(ENGINE, ENGINE, null),
    // It says by its bytes which release it is.
    bundleWhole(AGENT, 'agent.mjs', null),
    bundleWhole(ENGINE, 'images/engine.mjs', null),
    bundleWhole(CLI, 'images/ops.mjs', 'ops'),
    bundle(CLI, `${CLI}-all`, null),
    ...CHILD_COMMANDS.map((command) => bundle(CLI, `${CLI}-${command}`, command)),
  ])
  const programs = CHILD_COMMANDS.map((command) => `${command}:()=>import('./main-${command}.js')`)
  const launcher = `#!/usr/bin/env node
const programs={__proto__:null,${programs.join(',')}}
await(programs[process.argv[2]]??(()=>import('./main-all.js')))()
`
  await writeFile(`${out}${CLI}.js`, launcher)
  await chmod(`${out}${CLI}.js`, 0o755)
}

// A program that is running may still load a chunk of the bundle before: those are kept for a day.
const KEPT_MS = 24 * 60 * 60_000

async function sweepChunks(startedAt: number): Promise<void> {
  for (const name of await readdir(join(out, 'chunks'))) {
    const chunk = join(out, 'chunks', name)
    if ((await stat(chunk)).mtimeMs < startedAt - KEPT_MS) await rm(chunk)
  }
}

if (asked.agent !== undefined) await bundleWhole(AGENT, resolve(asked.agent), null)
else {
  const startedAt = Date.now()
  await bundleAll()
  await sweepChunks(startedAt)
}
