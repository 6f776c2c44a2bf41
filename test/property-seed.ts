import fc from 'fast-check'

/** The seed of every property of this run, given by `test/choose-seed.ts`. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.DRILL_TEST_SEED) })
