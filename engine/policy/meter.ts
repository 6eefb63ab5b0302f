import type { ASTNode } from '@marcbachmann/cel-js'
import { serialize } from '@marcbachmann/cel-js'

/** Functions that the metered text calls. */
export const meterFunction = 'plumbline_meter__'
export const matchFunction = 'plumbline_match__'

const loops = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])
const binary = new Set(['!=', '==', 'in', '+', '-', '*', '/', '%', '<', '<=', '>', '>=', '||', '&&'])

/**
 * The same expression with a meter around everything that can cost: each turn of a loop, each value that is built or
 * compared. `matches` goes to our own linear engine. CEL has no cost limit of its own that cel-js enforces.
 */
export function metered(node: ASTNode): string {
  switch (node.op) {
    case 'value':
    case 'id':
      return serialize(node)
    case '.':
      return `${metered(node.args[0])}.${node.args[1]}`
    case '[]':
      return `${metered(node.args[0])}[${metered(node.args[1])}]`
    case 'list':
      return meter(`[${node.args.map(metered).join(', ')}]`)
    case 'map':
      return meter(`{${node.args.map(([key, value]) => `${metered(key)}: ${metered(value)}`).join(', ')}}`)
    case '?:':
      return `(${metered(node.args[0])} ? ${metered(node.args[1])} : ${metered(node.args[2])})`
    case '!_':
      return `!(${metered(node.args)})`
    case '-_':
      return `-(${metered(node.args)})`
    case 'call':
      return metersCall(node.args[0], node.args[1])
    case 'rcall':
      return metersMethod(node.args[0], node.args[1], node.args[2])
    default:
      return metersBinary(node)
  }
}

const meter = (text: string): string => `${meterFunction}(${text})`

function metersBinary(node: ASTNode): string {
  if (!binary.has(node.op)) return serialize(node)
  const [left, right] = node.args as [ASTNode, ASTNode]
  const weighed = node.op === 'in' || node.op === '==' || node.op === '!='
  const text = `(${metered(left)} ${node.op} ${weighed ? meter(metered(right)) : metered(right)})`
  return node.op === '+' ? meter(text) : text
}

function metersCall(name: string, args: readonly ASTNode[]): string {
  if (name === 'has') return `has(${args.map((arg) => serialize(arg)).join(', ')})`
  return meter(`${name}(${args.map(metered).join(', ')})`)
}

function metersMethod(name: string, receiver: ASTNode, args: readonly ASTNode[]): string {
  const [first, ...rest] = args
  if (first !== undefined && receiver.op === 'id' && receiver.args === 'cel' && name === 'bind') {
    return `cel.bind(${serialize(first)}, ${rest.map(metered).join(', ')})`
  }
  if (first !== undefined && loops.has(name) && rest.length > 0) {
    return meter(
      `${meter(metered(receiver))}.${name}(${serialize(first)}, ${rest.map((a) => meter(metered(a))).join(', ')})`,
    )
  }
  const all = args.map(metered)
  if (name === 'matches') return `${matchFunction}(${[meter(metered(receiver)), ...all].join(', ')})`
  return meter(`${meter(metered(receiver))}.${name}(${all.join(', ')})`)
}
