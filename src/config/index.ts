/** The face of configuration: settings as they are written, and as a node uses them. */
export { nearest } from './nearest.ts';
export { nodeConfig } from './node-config.ts';
export type { NodeConfig, NodeConfigResult, NodeLimits, Timing, TopicDefaults, VoterAddress } from './node-config.ts';
export { describeSettings, readSettings } from './read-settings.ts';
export type { Settings, SettingSources, SettingsResult } from './read-settings.ts';
export { SETTINGS } from './settings.ts';
export type { SettingKey } from './settings.ts';
