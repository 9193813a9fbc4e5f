/** The face of the metadata log: the replicated state machine behind the controller and every node's image. */
export { MetadataGroup } from './metadata-group.ts';
export type { MetadataGroupEvents, MetadataGroupOptions } from './metadata-group.ts';
