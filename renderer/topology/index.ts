/**
 * The living map of the network: a graph made from what nodes say, laid out by forces, drawn on a
 * canvas. Links grow like threads; a pulse runs along one only when news really came that way.
 */

export {
  type Camera,
  fitCamera,
  type Point,
  panBy,
  type Size,
  toScreen,
  toWorld,
  zoomAt,
} from './camera.ts'
export { buildGraph, type Graph, type GraphNode, type Health } from './graph.ts'
export { bend, chanceOf } from './thread.ts'
export { TopologyView } from './topology-view.tsx'
