/** Reads a body of so many bytes at most, and stops reading where there are more: undefined then. */
export async function readBody(request: Request, most: number): Promise<Uint8Array | undefined> {
  const announced = request.headers.get('content-length')
  if (announced !== null && !(Number(announced) <= most)) return undefined
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    size += value.byteLength
    if (size > most) {
      // Whoever sends on is not waited for.
      void reader.cancel().catch(() => undefined)
      return undefined
    }
    chunks.push(value)
  }
}
