# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Log-rank numerator and variance of every cut of two columns of `veteran`, once with every subject and once with subject i
# 1 + i mod 3 times, with equal weights of times and with those of Fleming and Harrington's G(1): log_rank_cuts.csv. The same
# of age within the strata of celltype, with equal weights: log_rank_strata.csv.
# Run by hand: Rscript make_forest.R
library(survival)
cat("R", as.character(getRversion()), "survival", as.character(packageVersion("survival")), "\n")
number <- function(x) trimws(formatC(x, digits = 17, format = "g"))
out <- NULL
strata <- NULL
for (copies in c("one", "one_to_three")) {
  v <- survival::veteran
  if (copies != "one") v <- v[rep(seq_len(nrow(v)), 1 + seq_len(nrow(v)) %% 3), ]
  for (feature in c("karno", "age")) {
    values <- sort(unique(v[[feature]]))
    for (cut in head(values, -1)) {
      d <- survdiff(Surv(time, status) ~ I(v[[feature]] > cut), v)
      early <- survdiff(Surv(time, status) ~ I(v[[feature]] > cut), v, rho = 1)
      out <- rbind(out, data.frame(copies, feature, cut,
        numerator = number(d$obs[1] - d$exp[1]),
        variance = number(d$var[1, 1]),
        early_numerator = number(early$obs[1] - early$exp[1]),
        early_variance = number(early$var[1, 1])))
      if (feature == "age") {
        s <- survdiff(Surv(time, status) ~ I(age > cut) + strata(celltype), v)
        strata <- rbind(strata, data.frame(copies, feature, cut,
          numerator = number(sum(s$obs[1, ] - s$exp[1, ])), variance = number(s$var[1, 1])))
      }
    }
  }
}
write.csv(out, "log_rank_cuts.csv", row.names = FALSE, quote = FALSE)
write.csv(strata, "log_rank_strata.csv", row.names = FALSE, quote = FALSE)
