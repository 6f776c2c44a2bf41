/** What a credential may do: read-only refuses every write with 403. */
export type CredentialRights = 'read-only' | 'read-write'

/** An access key and its secret. */
export interface S3Credential {
  readonly accessKey: string
  readonly secretKey: string
  readonly rights: CredentialRights
}
