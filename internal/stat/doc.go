// Package stat holds the small statistics of proportions that gonum lacks:
// Wilson's interval of one, Newcombe's of the difference of two, Fisher's exact
// and Pearson's test of two, and the adjustment of several p-values.
//
// A proportion is given as k of n trials, 0 <= k <= n; two of them as k1 of n1
// and k2 of n2, where n1+n2 is within int64. A level is the probability, in (0, 1),
// with which an interval covers. Other arguments are a mistake of the caller's and
// their results are without meaning.
package stat
