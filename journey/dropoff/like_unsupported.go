package dropoff

// clickHouseMaxSteps is how many conditions windowFunnel takes.
const clickHouseMaxSteps = 32

// unsupported names the settings of f that the tool l has no counterpart of, so
// that its count would leave them out of account. It looks at windows, exclusions
// and the number of steps; what no tool has is the business of
// [Funnel.Validate].
func (l Like) unsupported(f *Funnel) []string {
	var (
		reasons []string
		no      = func(yes bool, reason string) {
			if yes {
				reasons = append(reasons, reason)
			}
		}
		within, partial, drop bool
	)
	for i := range f.Steps {
		within = within || f.Steps[i].Within != 0
	}
	for i := range f.Exclusions {
		x := &f.Exclusions[i]
		partial = partial || x.From > 1 || x.To != 0 && x.To != len(f.Steps)
		drop = drop || x.Drop
	}
	if l != Exact && l != LikeGA4 {
		no(f.StepWindow != 0, "the tool has no StepWindow")
		no(within, "the tool has no Within")
	}
	switch l {
	case LikeClickHouse, LikeClickHouseStrictOrder, LikeClickHouseStrictDeduplication,
		LikeClickHouseStrictIncrease, LikeClickHouseStrictOnce:
		no(len(f.Exclusions) > 0, "ClickHouse has no exclusions")
		no(len(f.Steps) > clickHouseMaxSteps, "ClickHouse takes no more than 32 steps")
	case LikePostHogAnyOrder:
		no(partial, "PostHog's exclusions hold between the first and the last step if the order is any")
		no(drop, "PostHog's exclusions do not drop the customer if the order is any")
	case LikeMixpanel, LikeMixpanelReentry:
		no(drop, "Mixpanel's exclusions do not drop the customer")
	case LikeRetentioneering:
		no(f.Window != 0, "retentioneering has no window")
		no(len(f.Exclusions) > 0, "retentioneering has no exclusions")
	case LikeGA4:
		no(f.Window != 0, "GA4 has no window but those of steps")
		no(len(f.Exclusions) > 0, "GA4 has no exclusions")
	}
	return reasons
}
