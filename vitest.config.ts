import { defineConfig } from 'vitest/config'

const MACHINE = [
  'packages/drill/test/**/*.test.ts',
  'packages/simulator/test/server/**/*.test.ts',
  'test/**/*.test.ts',
]

/**
 * Tests mirror `src` under `test/`. Packages resolve to their sources, so a test never runs a stale build. Pure code keeps nothing
 * between two files (that is what pure means, and the tidy test sees to it), so its tests share a worker's modules: loading them
 * anew for each file would take most of the time. Tests that touch the machine get a process of their own each.
 */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    passWithNoTests: false,
    retry: 0,
    // All cores; the default leaves one idle, which on two is half.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globalSetup: ['./test/choose-seed.ts'],
    setupFiles: ['./test/property-seed.ts'],
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['packages/{runbook-core,simulator}/test/**/*.test.ts'],
          exclude: MACHINE,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'machine', include: MACHINE } },
    ],
  },
})
