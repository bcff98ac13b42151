/** The part of d3-force 3 that the layout uses; the package brings no types of its own. */
declare module 'd3-force' {
  export interface SimulationNode {
    x: number
    y: number
    vx?: number
    vy?: number
    index?: number
  }
  export interface SimulationLink<N> {
    source: N | string
    target: N | string
  }
  export interface Force<N> {
    (alpha: number): void
    initialize?(nodes: N[]): void
  }
  export interface LinkForce<N, L> extends Force<N> {
    links(links: L[]): this
    id(id: (node: N) => string): this
    distance(px: number): this
  }
  export interface ManyBodyForce<N> extends Force<N> {
    strength(value: number): this
    distanceMax(px: number): this
    theta(value: number): this
  }
  export interface CollideForce<N> extends Force<N> {
    radius(px: number): this
  }
  export interface AxisForce<N> extends Force<N> {
    strength(value: number | ((node: N) => number)): this
  }
  export interface Simulation<N> {
    nodes(nodes: N[]): this
    force(name: string, force: Force<N>): this
    alpha(): number
    alpha(value: number): this
    alphaMin(value: number): this
    alphaDecay(value: number): this
    tick(): this
    stop(): this
  }
  export function forceSimulation<N extends SimulationNode>(nodes: N[]): Simulation<N>
  export function forceLink<N extends SimulationNode, L>(links: L[]): LinkForce<N, L>
  export function forceManyBody<N extends SimulationNode>(): ManyBodyForce<N>
  export function forceCollide<N extends SimulationNode>(radiusPx: number): CollideForce<N>
  export function forceX<N extends SimulationNode>(x: number): AxisForce<N>
  export function forceY<N extends SimulationNode>(y: number): AxisForce<N>
}
