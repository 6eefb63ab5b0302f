/** The Message-ID of a message of ours, without brackets. */
export const messageIdOf = (id: string, domain: string): string => `plumbline.${id}@${domain}`

/** What all messages about a record refer to; no message has it, which the threading of mail programs does not mind (RFC 5256). */
export const threadIdOf = (record: string, domain: string): string => `plumbline.${record}@${domain}`
