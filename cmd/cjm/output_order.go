package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/cjm-go/cjm/journey/markov"
)

// orderText is the table of the orders for people, with the choice and why.
func orderText(table *markov.OrderTable) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s journeys over %s, up to %s long\n\n", grouped(table.Journeys()),
		counted(int64(table.Channels()), "channel", "channels"), counted(int64(table.LongestPath()), "touch", "touches"))
	t := newTextTable("Order", "windows", "log-loss", "behind", "SE", "AIC", "BIC", "LR test p", "AUC", "in-sample AUC")
	for r := range table.All() {
		order := strconv.Itoa(r.Order)
		if r.Order == table.Order() {
			order += " *"
		}
		row := []string{order, grouped(int64(r.Contexts)), "", "", "", amount(r.AIC, 1), amount(r.BIC, 1), "", "", ""}
		if l := r.LogLoss; l != nil {
			row[2], row[3], row[4] = amount(l.Mean, 4), amount(l.Behind, 4), amount(l.BehindSE, 4)
		}
		if r.Test != nil {
			row[7] = amount(r.Test.P, 4)
		}
		if r.HeldOutAUC != nil {
			row[8] = amount(r.HeldOutAUC.Mean, 4)
		}
		if r.InSampleAUC != nil {
			row[9] = amount(r.InSampleAUC.Penalised, 4)
		}
		t.row(row...)
	}
	b.WriteString(t.String())
	b.WriteString("\n" + wrap(table.String(), "* ", "  "))
	b.WriteString("\nThe choice of each criterion:\n")
	for choice := range table.Choices() {
		b.WriteString(wrap(fmt.Sprintf("%v: %s", choice.Criterion, choice.Reason), "  ", "    "))
	}
	b.WriteString("\nLog-loss: how badly the next touch, or the end, of held-out journeys is predicted. Behind: by\n" +
		"how much worse than the best order, with the standard error of that. AUC: how well held-out\n" +
		"conversions are told from losses.\n")
	return b.String()
}

// orderHeader are the columns of the orders as CSV.
var orderHeader = []string{
	"order", "chosen", "contexts", "parameters", "log_likelihood", "aic", "bic",
	"log_loss", "log_loss_se", "log_loss_behind", "log_loss_behind_se",
	"lr_statistic", "lr_df", "lr_p",
	"held_out_auc", "held_out_auc_se", "held_out_auc_behind", "held_out_auc_behind_se",
	"in_sample_auc", "in_sample_auc_penalised",
}

// writeOrderCSV writes a row per order. What is not defined is empty.
func writeOrderCSV(w io.Writer, table *markov.OrderTable) error {
	out := csv.NewWriter(w)
	if err := out.Write(orderHeader); err != nil {
		return err
	}
	for r := range table.All() {
		row := []string{
			strconv.Itoa(r.Order), strconv.FormatBool(r.Order == table.Order()), strconv.Itoa(r.Contexts),
			number(r.Parameters), number(r.LogLikelihood), number(r.AIC), number(r.BIC),
		}
		row = append(row, heldOutCells(r.LogLoss)...)
		if r.Test != nil {
			row = append(row, number(r.Test.Statistic), number(r.Test.DF), number(r.Test.P))
		} else {
			row = append(row, "", "", "")
		}
		row = append(row, heldOutCells(r.HeldOutAUC)...)
		if r.InSampleAUC != nil {
			row = append(row, number(r.InSampleAUC.AUC), number(r.InSampleAUC.Penalised))
		} else {
			row = append(row, "", "")
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func heldOutCells(h *markov.HeldOut) []string {
	if h == nil {
		return []string{"", "", "", ""}
	}
	return []string{number(h.Mean), number(h.SE), number(h.Behind), number(h.BehindSE)}
}

type jsonOrders struct {
	Version int                `json:"version"`
	Input   jsonInput          `json:"input"`
	Orders  *markov.OrderTable `json:"orders"`
}

// writeOrderJSON writes the table and what it was computed from as one object.
func writeOrderJSON(w io.Writer, files []string, a *account, table *markov.OrderTable) error {
	return writeIndented(w, jsonOrders{outputVersion, newJSONInput(files, a), table})
}
