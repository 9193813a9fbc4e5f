/** The face of the nemesis: faults, and campaigns of them. */
export { campaign, CampaignFailure, passingCampaign } from './campaign.ts';
export type { CampaignOptions, CampaignResult } from './campaign.ts';
export type { Failure } from './failure.ts';
export { FAULT_NAMES, FAULTS } from './faults.ts';
export type { FaultName } from './faults.ts';
export type { FaultContext } from './harm.ts';
export { isBeyond, PROFILE_NAMES, PROFILES } from './profiles.ts';
export type { ProfileName } from './profiles.ts';
export type { CampaignShape, FixedShape, ShapeOptions } from './shape.ts';
export { smallerShapes } from './smaller-shapes.ts';
