/** What JSON can hold. Inputs, outputs and journal events are of this. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
