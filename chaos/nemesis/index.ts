/** The face of the nemesis: faults, and campaigns of them. */
export { campaign, CampaignFailure } from './campaign.ts';
export type { CampaignOptions, CampaignResult } from './campaign.ts';
export { FAULTS } from './faults.ts';
export type { FaultContext, FaultName } from './faults.ts';
