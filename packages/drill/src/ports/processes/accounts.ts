/** A user and group as the kernel knows them. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** Finds the account that a unit or command names; null: run it as whoever runs the drill. */
export type FindAccount = (user: string, group: string | null) => Account | null
