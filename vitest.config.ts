import { defineConfig } from 'vitest/config'

/** One project; tests mirror `src` under `test/`. Packages resolve to their sources, so a test never runs a stale build. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    passWithNoTests: false,
    retry: 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default'],
  },
})
