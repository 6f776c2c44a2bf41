/** What every child of a run gets: nothing of this process's environment but where programs and compiled code lie. */
export function childEnvironment(): Record<string, string> {
  const cache = process.env.NODE_COMPILE_CACHE
  return {
    PATH: process.env.PATH ?? '',
    DRILL_EXIT_WITH_PARENT: '1',
    ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
  }
}
