/** The face of the nemesis: faults, and campaigns of them. */
export { campaign, CampaignFailure } from './campaign.ts';
export type { CampaignOptions, CampaignResult, CampaignShape, FixedShape } from './campaign.ts';
export { FAULTS } from './faults.ts';
export type { FaultName } from './faults.ts';
export type { FaultContext } from './harm.ts';
