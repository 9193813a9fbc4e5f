/**
 * Ways to a smaller shape with the same failure: less work, fewer settings, timeouts of the default length.
 */
import { lessWork } from '../workload/index.ts';
import { timeoutSettings } from './shape.ts';
import type { CampaignShape } from './shape.ts';

/** Each makes one thing of a shape smaller, and leaves a cluster that can be configured so. */
export function smallerShapes({
  workload,
  settings,
  timeouts,
}: CampaignShape): readonly ((shape: CampaignShape) => Partial<CampaignShape>)[] {
  const withoutWork = lessWork(workload).map((less) => (shape: CampaignShape) => ({
    workload: { ...shape.workload, ...less },
  }));
  const without = (shape: CampaignShape, unwanted: readonly string[]): readonly string[] =>
    shape.settings.filter((setting) => !unwanted.includes(setting));
  // They fit each other, and no single one fits the defaults of the others.
  const slow = timeoutSettings(timeouts);
  const withDefaultTimeouts = (shape: CampaignShape): Partial<CampaignShape> => ({
    timeouts: 1,
    settings: without(shape, slow),
  });
  const withoutSetting = settings
    .filter((setting) => !slow.includes(setting))
    .map((setting) => (shape: CampaignShape) => ({ settings: without(shape, [setting]) }));
  return [...withoutWork, ...(slow.length > 0 ? [withDefaultTimeouts] : []), ...withoutSetting];
}
