/** Ctrl-C, as something to wait for. */
export interface Interruption {
  readonly asked: Promise<'interrupted'>
  forget(): void
}

/** Listens for SIGINT and SIGTERM until it is told to forget them. */
export function interruption(): Interruption {
  let listen = (): void => {}
  const asked = new Promise<'interrupted'>((resolve) => {
    listen = () => resolve('interrupted')
  })
  process.on('SIGINT', listen).on('SIGTERM', listen)
  return { asked, forget: () => void process.off('SIGINT', listen).off('SIGTERM', listen) }
}
