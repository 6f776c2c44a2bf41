import { defineConfig } from 'vitest/config'

const MACHINE = [
  'packages/drill/test/**/*.test.ts',
  'packages/simulator/test/server/**/*.test.ts',
  'test/**/*.test.ts',
]

/** Tests that need a container engine: run by `scripts/container-tests.sh`, and by nothing else. */
const CONTAINERS = ['packages/drill/test/containers/**/*.test.ts']

/** Long forms of properties take minutes each, more on a busy machine. */
const TIMEOUT_MS = process.env.DRILL_TEST_LONG === '1' ? 3_600_000 : 120_000

/** Images are built once, from a distribution's packages. */
const BUILD_MS = 600_000

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
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
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
      { extends: true, test: { name: 'machine', include: MACHINE, exclude: CONTAINERS } },
      ...(process.env.DRILL_TEST_CONTAINERS === '1'
        ? // One after the other: each boots machines of its own, and the first one builds their images.
          [
            {
              extends: true,
              test: {
                name: 'containers',
                include: CONTAINERS,
                fileParallelism: false,
                testTimeout: BUILD_MS,
                hookTimeout: BUILD_MS,
              },
            } as const,
          ]
        : []),
    ],
  },
})
