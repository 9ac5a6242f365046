package markov

// OrderRow is what the criteria say about one order. Below, C_wx is the number of
// transitions counted from window w to symbol x, C_w its sum over x, and A the number
// of symbols: the channels, conversion, and loss unless it is excluded.
type OrderRow struct {
	// Order is the length k of the windows; shorter ones stand at the beginning
	// of a journey.
	Order int `json:"order"`
	// Contexts is the number of windows out of which transitions were counted.
	Contexts int `json:"contexts"`
	// Parameters are the degrees of freedom: Contexts*(A-1). Successors that
	// were never seen count like others; without them AIC and the
	// likelihood-ratio test nearly always take the highest order.
	Parameters float64 `json:"parameters"`
	// LogLikelihood is the sum of C_wx ln(C_wx/C_w), in nats.
	LogLikelihood float64 `json:"log_likelihood"`
	// AIC is -2 LogLikelihood + 2 Parameters.
	AIC float64 `json:"aic"`
	// BIC is -2 LogLikelihood + Parameters ln(number of transitions).
	BIC float64 `json:"bic"`

	// LogLoss is the mean over all symbols of -ln p, in nats, where p is
	// (C_wx+1/2)/(C_w+A/2) with the counts of all folds but that of the symbol.
	// Nil where fewer than two folds hold journeys.
	LogLoss *HeldOut `json:"log_loss,omitempty"`
	// Test compares the order with the one below. Nil at order 1.
	Test *LikelihoodRatioTest `json:"test,omitempty"`
	// HeldOutAUC is the probability that of a converted and a lost journey of
	// the same fold the converted one has the higher score, plus half the
	// probability that they have the same. The score is (R+1/2)/(R+D+1) where
	// R journeys of the other folds converted, and D were lost, after the same
	// last window. Nil where fewer than two folds hold both kinds.
	HeldOutAUC *HeldOut `json:"held_out_auc,omitempty"`
	// InSampleAUC is what choose_order of ChannelAttribution 2 reports. Nil
	// where it leaves the order out.
	InSampleAUC *InSampleROC `json:"in_sample_auc,omitempty"`
}

// HeldOut is a mean over folds, each predicted from the others.
type HeldOut struct {
	// Mean is the sum over the folds divided by the sum of their weights: the
	// symbols or pairs of journeys in them.
	Mean float64 `json:"mean"`
	// SE is the standard error of Mean: with s_f the sum and n_f the weight of
	// each of F folds,
	//
	//	SE^2 = F/(F-1) * sum over f of (s_f - Mean*n_f)^2 / (sum over f of n_f)^2
	//
	// that of a ratio of means of a sample of folds (Cochran, "Sampling
	// Techniques", 1977, section 6.3).
	SE float64 `json:"se"`
	// Behind is by how much Mean is worse than that of the best order; 0 at
	// that order, never negative.
	Behind float64 `json:"behind"`
	// BehindSE is the standard error of Behind, by the same formula with s_f
	// the difference of the two sums: what is hard to predict for all orders
	// alike drops out of it. Orders with Behind <= BehindSE are as good as the
	// best.
	BehindSE float64 `json:"behind_se"`
}

// LikelihoodRatioTest tests the order below against this one.
type LikelihoodRatioTest struct {
	// Statistic is twice the difference of the log-likelihoods, not negative.
	Statistic float64 `json:"statistic"`
	// DF is the difference of the Parameters.
	DF float64 `json:"df"`
	// P is the probability of such a Statistic or a larger one if the order
	// below were the truth: that of chi-squared with DF degrees of freedom. 1
	// where DF is 0.
	P float64 `json:"p"`
}

// InSampleROC is the area under the ROC curve of the journeys that the chain was
// fitted to.
type InSampleROC struct {
	// AUC is the area under 100 points of the curve, evenly spaced in the
	// score R/(R+D).
	AUC float64 `json:"auc"`
	// Penalised is 1 - (1-AUC)*(M-1)/(M-Nodes-1), with M journeys; 0 where that
	// is not in [0, 1].
	Penalised float64 `json:"penalised"`
	// Nodes is C(n+k-1, k), the number of multisets of k of the n channels.
	Nodes float64 `json:"nodes"`
}

func (r OrderRow) clone() OrderRow {
	r.LogLoss = clonePointer(r.LogLoss)
	r.Test = clonePointer(r.Test)
	r.HeldOutAUC = clonePointer(r.HeldOutAUC)
	r.InSampleAUC = clonePointer(r.InSampleAUC)
	return r
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
