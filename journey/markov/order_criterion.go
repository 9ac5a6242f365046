package markov

// Criterion is a rule by which an order is chosen. Where several orders are
// equally good, each takes the lowest.
type Criterion uint8

const (
	// CrossValidation takes the lowest order whose held-out log-loss is within
	// one standard error of the smallest, see [OrderRow.LogLoss]. The standard
	// error is that of the difference between the two.
	CrossValidation Criterion = iota
	// AIC takes the smallest [OrderRow.AIC] (Akaike 1974).
	AIC
	// BIC takes the smallest [OrderRow.BIC] (Schwarz 1978). With few journeys
	// it takes too low an order.
	BIC
	// LikelihoodRatio goes up from order 1 as long as the next order fits
	// significantly better, at the level [LikelihoodRatioLevel], see
	// [OrderRow.Test]. Where most windows were seen only a few times the
	// statistic is far from chi-squared, and the order may come out too high or
	// too low.
	LikelihoodRatio
	// HeldOutAUC takes the lowest order whose held-out area under the ROC
	// curve is within one standard error of the largest, see
	// [OrderRow.HeldOutAUC]. It looks at the last window of a journey only.
	HeldOutAUC
	// InSampleAUC takes the largest penalised area under the ROC curve on the
	// data that the chain was fitted to, as choose_order of ChannelAttribution
	// 2 does, see [OrderRow.InSampleAUC]. For comparison with that package: it
	// rewards high orders for what they know by heart.
	InSampleAUC
)

// LikelihoodRatioLevel is the significance level of [LikelihoodRatio].
const LikelihoodRatioLevel = 0.05

var criterionNames = [...]string{
	CrossValidation: "cross-validation", AIC: "aic", BIC: "bic", LikelihoodRatio: "likelihood-ratio",
	HeldOutAUC: "held-out-auc", InSampleAUC: "in-sample-auc",
}

// String returns "cross-validation", "aic", "bic", "likelihood-ratio",
// "held-out-auc" or "in-sample-auc".
func (c Criterion) String() string { return enumString(criterionNames[:], "Criterion", uint8(c)) }

// MarshalText returns the text of [Criterion.String].
func (c Criterion) MarshalText() ([]byte, error) {
	return enumText(criterionNames[:], "Criterion", uint8(c))
}

// UnmarshalText is the inverse of [Criterion.MarshalText].
func (c *Criterion) UnmarshalText(text []byte) error {
	v, err := enumParse(criterionNames[:], "Criterion", text)
	if err == nil {
		*c = Criterion(v)
	}
	return err
}
