import type { GraphDrawing } from '../model/drawing.ts'

/** So much is laid out in about a second, and can still be read; what is larger is no picture any more. */
const most = { nodes: 600, edges: 1200 } as const

/** Why a graph is not drawn, in words with its size; undefined where it can be. */
export function tooLarge({ nodes, edges }: GraphDrawing): string | undefined {
  if (nodes.length <= most.nodes && edges.length <= most.edges) return undefined
  return `${nodes.length} nodes and ${edges.length} connections are too many to draw; ${most.nodes} and ${most.edges} are the most`
}
