/** One thing the machine can or cannot do. */
export interface DoctorCheck {
  readonly id: string
  readonly title: string
  /** `info`: good to know, nothing to mend. */
  readonly status: 'ok' | 'lacking' | 'info'
  readonly detail: string
  /** The command that mends it; null when nothing has to be. */
  readonly fix: string | null
}

/** The machine has it. */
export const ok = (id: string, title: string, detail: string): DoctorCheck => ({
  id,
  title,
  status: 'ok',
  detail,
  fix: null,
})

/** The machine lacks it; `fix` mends that. */
export const lacking = (id: string, title: string, detail: string, fix: string): DoctorCheck => ({
  id,
  title,
  status: 'lacking',
  detail,
  fix,
})
