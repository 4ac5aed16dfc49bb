# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# The numbers that vigil's tests are held against: estimators, measures, resampling and decision
# layer, each computed by a public package on public data. No vigil code is involved.
#   Rscript tests/reference/make_reference_values.R OUTPUT.csv
#
# One row per number: method, package, version, dataset, arguments, value (15 significant digits).
# Measures are computed on raw markers or on fixed formulas, so that a wrong measure cannot hide
# behind a solver. Sections whose package is absent are left out, so a run on a bare Debian 12
# writes fewer rows than the committed file; r-cran-survival, -riskregression, -prodlim, -pec,
# -cmprsk, -rms, -hmisc and -metafor are needed, all others are optional.

suppressPackageStartupMessages({
  library(survival)
  library(riskRegression)
  library(prodlim)
  library(pec)
  library(cmprsk)
  library(rms)
  library(Hmisc)
  library(metafor)
})

arguments <- commandArgs(TRUE)
output <- if (length(arguments)) arguments[1] else "reference_values.csv"
rows <- list()

has <- function(package) requireNamespace(package, quietly = TRUE)

# Appends one reference value; base and stats carry the version of R.
add <- function(method, package, dataset, arguments, value) {
  version <- if (package %in% c("base", "stats")) paste(R.version$major, R.version$minor, sep = ".")
  else as.character(packageVersion(package))
  value <- as.numeric(value)
  if (length(value) != 1) stop("not one number: ", method, " / ", arguments)
  rows[[length(rows) + 1]] <<- data.frame(
    method = method, package = package, version = version, dataset = dataset,
    arguments = arguments, value = trimws(formatC(value, digits = 15, format = "g")))
  invisible(value)
}

# Appends one row per named element of x.
addv <- function(method, package, dataset, arguments, x) {
  for (name in names(x)) add(method, package, dataset, paste0(arguments, "; ", name), x[[name]])
}

# Evaluates one block; a failing block is reported and does not stop the others.
sect <- function(label, expr) {
  result <- try(eval.parent(substitute(expr)), silent = TRUE)
  if (inherits(result, "try-error"))
    message("SECTION FAILED: ", label, ": ", conditionMessage(attr(result, "condition")))
}

# ---- data (no fitting needed)
lung1 <- lung
lung1$dead <- as.integer(lung1$status == 2)
pbc1 <- pbc[!is.na(pbc$trt), c("id", "time", "status", "trt", "age", "bili", "albumin", "protime", "edema",
  "stage")]
pbc1$death <- as.integer(pbc1$status == 2)
# fixed rules A and B: no fit
pbc1$risk5 <- plogis(-2.2 + 1.1 * log(pbc1$bili))
pbc1$risk5b <- plogis(-2 + 1 * log(pbc1$bili) - 1.2 * (pbc1$albumin - 3.5))
mg <- mgus2
mg$etime <- with(mg, ifelse(pstat == 0, futime, ptime))
# 0 censored, 1 progression, 2 death first
mg$event <- with(mg, ifelse(pstat == 0, 2 * death, 1L))
mgm <- subset(mg, !is.na(mspike) & !is.na(creat) & !is.na(hgb))
mgm$mk <- mgm$mspike
# fixed rule: no fit
mgm$riskA <- plogis(-4 + 1.3 * mgm$mspike)

# ---- 1 estimators
sect("km", {
  f <- survfit(Surv(time, dead) ~ 1, lung1)
  s <- summary(f, times = c(180, 365, 730))
  for (i in 1:3) {
    add("Kaplan-Meier S(t)", "survival", "lung", sprintf("t=%g", s$time[i]), s$surv[i])
    add("Kaplan-Meier Greenwood SE of S(t)", "survival", "lung", sprintf("t=%g", s$time[i]), s$std.err[i])
  }
  f2 <- survfit(Surv(time, dead) ~ 1, lung1, conf.type = "log-log")
  s2 <- summary(f2, times = 365)
  add("Kaplan-Meier log-log CI lower", "survival", "lung", "t=365; level=0.95", s2$lower)
  add("Kaplan-Meier log-log CI upper", "survival", "lung", "t=365; level=0.95", s2$upper)
  q <- quantile(f, 0.5)
  add("Kaplan-Meier median", "survival", "lung", "p=0.5", q$quantile)
  add("Kaplan-Meier median CI lower (log)", "survival", "lung", "p=0.5", q$lower)
  add("Kaplan-Meier median CI upper (log)", "survival", "lung", "p=0.5", q$upper)
  r <- summary(f, rmean = 365)$table
  add("RMST", "survival", "lung", "tau=365", r["rmean"])
  add("RMST SE", "survival", "lung", "tau=365", r["se(rmean)"])
  na1 <- summary(survfit(Surv(time, dead) ~ 1, lung1, stype = 2, ctype = 1), times = 365)
  na2 <- summary(survfit(Surv(time, dead) ~ 1, lung1, stype = 2, ctype = 2), times = 365)
  add("Nelson-Aalen H(t)", "survival", "lung", "t=365; ctype=1", na1$cumhaz)
  add("Nelson-Aalen SE H(t)", "survival", "lung", "t=365; ctype=1", na1$std.chaz)
  add("Fleming-Harrington tie-corrected H(t)", "survival", "lung", "t=365; ctype=2", na2$cumhaz)
  G <- prodlim(Hist(time, dead) ~ 1, data = lung1, reverse = TRUE)
  add("censoring survival G(t) (reverse KM, events first at ties)", "prodlim", "lung", "t=365", predict(G,
    times = 365))
  add("censoring survival G(t) (reverse KM, events first at ties)", "prodlim", "lung", "t=700", predict(G,
    times = 700))
  lr <- survdiff(Surv(time, dead) ~ sex, lung1)
  add("log-rank chi2", "survival", "lung", "sex", lr$chisq)
  lrs <- survdiff(Surv(time, dead) ~ sex + strata(inst), lung1)
  add("stratified log-rank chi2", "survival", "lung", "sex; strata=inst", lrs$chisq)
  pr <- survdiff(Surv(time, dead) ~ sex, lung1, rho = 1)
  add("Peto-Peto (rho=1) chi2", "survival", "lung", "sex", pr$chisq)
})
sect("aj", {
  ff <- survfit(Surv(etime, factor(event, 0:2, c("c", "pcm", "death"))) ~ 1, mg)
  s <- summary(ff, times = c(60, 120, 240))
  for (i in 1:3) {
    add("Aalen-Johansen CIF", "survival", "mgus2", sprintf("cause=pcm; t=%g months", s$time[i]), s$pstate[i,
      2])
    add("Aalen-Johansen CIF SE (infinitesimal jackknife)", "survival", "mgus2", sprintf("cause=pcm; t=%g months",
      s$time[i]), s$std.err[i, 2])
  }
  add("Aalen-Johansen CIF", "survival", "mgus2", "cause=death; t=120 months", s$pstate[2, 3])
  ci <- cuminc(mg$etime, mg$event, cencode = 0)
  tp <- timepoints(ci, c(60, 120))
  add("CIF (Aalen variance)", "cmprsk", "mgus2", "cause=pcm; t=120; variance", tp$var["1 1", "120"])
  cg <- cuminc(mg$etime, mg$event, group = mg$sex, cencode = 0)
  add("Gray test statistic", "cmprsk", "mgus2", "cause=pcm; group=sex", cg$Tests["1", "stat"])
  add("Gray test p", "cmprsk", "mgus2", "cause=pcm; group=sex", cg$Tests["1", "pv"])
  naive <- summary(survfit(Surv(etime, event == 1) ~ 1, mg), times = 240)
  add("1-KM treating competing death as censoring (the wrong number, for contrast)", "survival", "mgus2",
    "cause=pcm; t=240", 1 - naive$surv)
  crr1 <- crr(mgm$etime, mgm$event, cbind(mspike = mgm$mspike, age = mgm$age), failcode = 1, cencode = 0)
  add("Fine-Gray coefficient", "cmprsk", "mgus2", "pcm ~ mspike+age (complete cases mspike,creat,hgb); mspike",
    crr1$coef[1])
  add("Fine-Gray robust SE", "cmprsk", "mgus2", "pcm ~ mspike+age (complete cases mspike,creat,hgb); mspike",
    sqrt(crr1$var[1, 1]))
})
sect("pseudo", {
  f <- prodlim(Hist(time, dead) ~ 1, data = lung1)
  ps <- jackknife(f, times = 365)
  add("KM pseudo-value S(t), first subject", "prodlim", "lung", "t=365; row 1", ps[1])
  add("KM pseudo-value S(t), variance over subjects", "prodlim", "lung", "t=365", var(as.vector(ps)))
  pj <- jackknife(prodlim(Hist(etime, event) ~ 1, data = mg), times = 120, cause = 1)
  add("AJ pseudo-value, mean", "prodlim", "mgus2", "cause=1; t=120", mean(pj))
  add("AJ pseudo-value, variance over subjects", "prodlim", "mgus2", "cause=1; t=120", var(as.vector(pj)))
})
sect("cox", {
  for (ti in c("efron", "breslow")) {
    c1 <- coxph(Surv(time, status) ~ trt + karno + age + prior, veteran, ties = ti)
    add("Cox coefficient", "survival", "veteran", paste0("trt+karno+age+prior; ties=", ti, "; karno"),
      coef(c1)["karno"])
    add("Cox SE", "survival", "veteran", paste0("trt+karno+age+prior; ties=", ti, "; karno"), sqrt(vcov(c1)["karno",
      "karno"]))
    add("Cox partial log-likelihood", "survival", "veteran", paste0("trt+karno+age+prior; ties=", ti),
      c1$loglik[2])
    add("Cox null partial log-likelihood", "survival", "veteran", paste0("ties=", ti), c1$loglik[1])
    add("Cox score test", "survival", "veteran", paste0("trt+karno+age+prior; ties=", ti), c1$score)
  }
  cs <- coxph(Surv(time, dead) ~ age + sex + ph.ecog + strata(inst), lung1)
  add("stratified Cox coefficient", "survival", "lung", "age+sex+ph.ecog; strata=inst; ph.ecog", coef(cs)["ph.ecog"])
  cc <- coxph(Surv(time, dead) ~ age + sex + ph.ecog, lung1, cluster = inst)
  add("Cox cluster-robust SE", "survival", "lung", "age+sex+ph.ecog; cluster=inst; ph.ecog", sqrt(vcov(cc)["ph.ecog",
    "ph.ecog"]))
  cf <- coxph(Surv(time, status) ~ age + sex + frailty(id), kidney)
  add("gamma frailty Cox coefficient", "survival", "kidney", "age+sex+frailty(id, gamma, EM); sex", coef(cf)["sex"])
  add("gamma frailty variance", "survival", "kidney", "age+sex+frailty(id)", cf$history[[1]]$theta)
  add("gamma frailty I-likelihood", "survival", "kidney", "age+sex+frailty(id)", cf$history[[1]]$c.loglik)
  z <- cox.zph(coxph(Surv(time, status) ~ trt + karno + age + prior, veteran))
  add("Grambsch-Therneau PH test chi2 (km transform)", "survival", "veteran", "karno", z$table["karno",
    "chisq"])
  add("Grambsch-Therneau PH test chi2 (km transform)", "survival", "veteran", "GLOBAL", z$table["GLOBAL",
    "chisq"])
})

# ---- 2 discrimination
sect("concordance", {
  cc <- concordance(Surv(time, death) ~ bili, pbc1, reverse = TRUE)
  add("Harrell C", "survival", "pbc[1:312]", "marker=bili", cc$concordance)
  add("Harrell C infinitesimal-jackknife SE", "survival", "pbc[1:312]", "marker=bili", sqrt(cc$var))
  addv("concordance pair counts", "survival", "pbc[1:312]", "marker=bili", as.list(cc$count))
  c2 <- concordance(Surv(time, death) ~ bili, pbc1, reverse = TRUE, timewt = "n/G2")
  add("Uno C (timewt n/G2, no tau)", "survival", "pbc[1:312]", "marker=bili", c2$concordance)
  c3 <- concordance(Surv(time, death) ~ bili, pbc1, reverse = TRUE, timewt = "n/G2", ymax = 1825)
  add("Uno C (timewt n/G2)", "survival", "pbc[1:312]", "marker=bili; ymax=1825", c3$concordance)
  add("Uno C IJ SE (G treated as known)", "survival", "pbc[1:312]", "marker=bili; ymax=1825", sqrt(c3$var))
  c4 <- concordance(Surv(time, death) ~ bili, pbc1, reverse = TRUE, ymax = 1825)
  add("Harrell C truncated", "survival", "pbc[1:312]", "marker=bili; ymax=1825", c4$concordance)
  cl <- concordance(Surv(time, dead) ~ age, lung1, reverse = TRUE)
  add("Harrell C", "survival", "lung", "marker=age", cl$concordance)
  add("Harrell C infinitesimal-jackknife SE", "survival", "lung", "marker=age", sqrt(cl$var))
  cst <- concordance(Surv(time, dead) ~ age + strata(inst), lung1, reverse = TRUE)
  add("Harrell C stratified by centre", "survival", "lung", "marker=age; strata=inst", cst$concordance)
  cv <- concordance(Surv(time, status) ~ karno, veteran)
  add("Harrell C", "survival", "veteran", "marker=karno (higher=longer)", cv$concordance)
  m1 <- coxph(Surv(time, death) ~ log(bili), pbc1)
  m2 <- coxph(Surv(time, death) ~ log(bili) + albumin + age, pbc1)
  cd <- concordance(m1, m2)
  add("Delta-C (m2-m1)", "survival", "pbc[1:312]", "m1=log(bili); m2=+albumin+age", diff(cd$concordance))
  add("Delta-C SE (joint IJ)", "survival", "pbc[1:312]", "m1=log(bili); m2=+albumin+age", sqrt(c(-1, 1) %*%
    cd$var %*% c(-1, 1)))
  an <- anova(m1, m2)
  add("likelihood-ratio chi2 for added value", "survival", "pbc[1:312]", "m1=log(bili); m2=+albumin+age; df=2",
    an$Chisq[2])
  rc <- rcorr.cens(-pbc1$bili, Surv(pbc1$time, pbc1$death))
  add("Harrell C (rcorr.cens)", "Hmisc", "pbc[1:312]", "marker=-bili", rc["C Index"])
  lp2 <- predict(m2, type = "lp")
  add("Harrell C of fitted model", "survival", "pbc[1:312]", "coxph log(bili)+albumin+age", concordance(m2)$concordance)
})
if (has("survC1")) sect("survC1", {
  d <- as.data.frame(pbc1[, c("time", "death", "bili")])
  add("Uno C", "survC1", "pbc[1:312]", "marker=bili; tau=1825", survC1::Est.Cval(d, 1825, nofit = TRUE)$Dhat)
  add("Uno C", "survC1", "pbc[1:312]", "marker=bili; tau=3650", survC1::Est.Cval(d, 3650, nofit = TRUE)$Dhat)
})
if (has("survAUC")) sect("survAUC", {
  S <- Surv(pbc1$time, pbc1$death)
  add("Uno C", "survAUC", "pbc[1:312]", "marker=bili; time=1825; train=test", survAUC::UnoC(S, S, pbc1$bili,
    time = 1825))
  m2 <- coxph(Surv(time, death) ~ log(bili) + albumin + age, pbc1)
  add("Gonen-Heller CPE", "survAUC", "pbc[1:312]", "lp of coxph log(bili)+albumin+age", survAUC::GHCI(predict(m2)))
  a <- survAUC::AUC.uno(S, S, pbc1$bili, times = c(1000, 2000, 3000))
  addv("Uno AUC(t)", "survAUC", "pbc[1:312]", "marker=bili", setNames(as.list(a$auc), paste0("t=", a$times)))
  sh <- survAUC::AUC.sh(S, S, predict(m2), predict(m2), times = c(1000, 2000))
  addv("Song-Zhou AUC(t) I/C", "survAUC", "pbc[1:312]", "lp of coxph log(bili)+albumin+age", setNames(as.list(sh$auc),
    paste0("t=", sh$times)))
  add("O'Quigley-Xu-Stare R2", "survAUC", "pbc[1:312]", "lp vs null", survAUC::OXS(S, predict(m2), rep(0,
    nrow(pbc1))))
})
if (has("CPE")) sect("CPE", {
  m2 <- coxph(Surv(time, death) ~ log(bili) + albumin + age, pbc1)
  g <- CPE::phcpe(m2, CPE.SE = TRUE)
  add("Gonen-Heller CPE", "CPE", "pbc[1:312]", "coxph log(bili)+albumin+age", g$CPE)
  add("Gonen-Heller CPE SE", "CPE", "pbc[1:312]", "coxph log(bili)+albumin+age", g$CPE.SE)
})
if (has("timeROC")) sect("timeROC", {
  tr <- timeROC::timeROC(pbc1$time, pbc1$death, pbc1$bili, cause = 1, times = c(1000, 2000, 3000), iid = TRUE)
  for (i in 1:3) {
    add("cumulative/dynamic AUC(t), IPCW KM", "timeROC", "pbc[1:312]", sprintf("marker=bili; t=%g", tr$times[i]),
      tr$AUC[i])
    add("cumulative/dynamic AUC(t) SE, iid representation", "timeROC", "pbc[1:312]", sprintf("marker=bili; t=%g",
      tr$times[i]), tr$inference$vect_sd_1[i])
  }
  t2 <- timeROC::timeROC(pbc1$time, pbc1$death, -pbc1$albumin, cause = 1, times = c(1000, 2000, 3000),
    iid = TRUE)
  cmp <- timeROC::compare(tr, t2)
  add("AUC(t) difference test p (paired iid)", "timeROC", "pbc[1:312]", "bili vs -albumin; t=2000", cmp$p_values_AUC[2])
  tc <- timeROC::timeROC(mgm$etime, mgm$event, mgm$mk, cause = 1, times = c(60, 120), iid = TRUE)
  add("competing-risk AUC(t) definition 1 (controls: event-free)", "timeROC", "mgus2 cc", "marker=mspike; cause=1; t=120",
    tc$AUC_1[2])
  add("competing-risk AUC(t) definition 2 (controls: event-free or competing)", "timeROC", "mgus2 cc",
    "marker=mspike; cause=1; t=120", tc$AUC_2[2])
  td <- timeROC::timeROC(mgm$etime, mgm$event, mgm$mk, cause = 1, times = c(60.5, 120.5), iid = TRUE)
  add("competing-risk AUC(t) definition 2, off-lattice time (no event at t)", "timeROC", "mgus2 cc", "marker=mspike; cause=1; t=120.5",
    td$AUC_2[2])
  add("competing-risk AUC(t) definition 2 SE, off-lattice", "timeROC", "mgus2 cc", "marker=mspike; cause=1; t=120.5",
    td$inference$vect_sd_2[2])
  add("competing-risk AUC(t) def 1 SE", "timeROC", "mgus2 cc", "marker=mspike; cause=1; t=120", tc$inference$vect_sd_1[2])
  add("competing-risk AUC(t) def 2 SE", "timeROC", "mgus2 cc", "marker=mspike; cause=1; t=120", tc$inference$vect_sd_2[2])
})
if (has("survivalROC")) sect("survivalROC", {
  a <- survivalROC::survivalROC(pbc1$time, pbc1$death, pbc1$bili, predict.time = 2000, method = "NNE",
    span = 0.25 * nrow(pbc1)^(-0.2))
  add("Heagerty-Lumley-Pepe AUC(t) NNE", "survivalROC", "pbc[1:312]", "marker=bili; t=2000; span=0.25*n^-0.2",
    a$AUC)
  k <- survivalROC::survivalROC(pbc1$time, pbc1$death, pbc1$bili, predict.time = 2000, method = "KM")
  add("Heagerty-Lumley-Pepe AUC(t) KM", "survivalROC", "pbc[1:312]", "marker=bili; t=2000", k$AUC)
})

# ---- 3 Brier / IPA / IBS
sect("score", {
  sc <- Score(list(A = pbc1$risk5, B = pbc1$risk5b), Surv(time, death) ~ 1, data = pbc1, times = 1826,
    metrics = c("auc", "brier"), summary = "ipa", cens.model = "km")
  b <- sc$Brier$score
  a <- sc$AUC$score
  cb <- sc$Brier$contrasts
  ca <- sc$AUC$contrasts
  add("Brier(t) IPCW KM, null model (KM)", "riskRegression", "pbc[1:312]", "t=1826", b[model == "Null model"]$Brier)
  for (m in c("A", "B")) {
    add("Brier(t) IPCW KM", "riskRegression", "pbc[1:312]", paste0("fixed rule ", m, "; t=1826"), b[model ==
      m]$Brier)
    add("Brier(t) SE", "riskRegression", "pbc[1:312]", paste0("fixed rule ", m, "; t=1826"), b[model ==
      m]$se)
    add("IPA (scaled Brier)", "riskRegression", "pbc[1:312]", paste0("fixed rule ", m, "; t=1826"), b[model ==
      m]$IPA)
    add("AUC(t) IPCW KM", "riskRegression", "pbc[1:312]", paste0("fixed rule ", m, "; t=1826"), a[model ==
      m]$AUC)
    add("AUC(t) SE", "riskRegression", "pbc[1:312]", paste0("fixed rule ", m, "; t=1826"), a[model ==
      m]$se)
  }
  add("Delta-AUC(t) (B-A)", "riskRegression", "pbc[1:312]", "t=1826", ca[model == "B" & reference == "A"]$delta.AUC)
  add("Delta-AUC(t) p", "riskRegression", "pbc[1:312]", "t=1826", ca[model == "B" & reference == "A"]$p)
  add("Delta-Brier(t) (B-A)", "riskRegression", "pbc[1:312]", "t=1826", cb[model == "B" & reference ==
    "A"]$delta.Brier)
  add("Delta-Brier(t) SE", "riskRegression", "pbc[1:312]", "t=1826", cb[model == "B" & reference == "A"]$se)
  sx <- Score(list(A = pbc1$risk5), Surv(time, death) ~ bili, data = pbc1, times = 1826, metrics = c("auc",
    "brier"), cens.model = "cox", conf.int = FALSE)
  add("Brier(t) IPCW Cox censoring model", "riskRegression", "pbc[1:312]", "fixed rule A; cens ~ bili; t=1826",
    sx$Brier$score[model == "A"]$Brier)
  add("AUC(t) IPCW Cox censoring model", "riskRegression", "pbc[1:312]", "fixed rule A; cens ~ bili; t=1826",
    sx$AUC$score[model == "A"]$AUC)
  cr <- Score(list(A = mgm$riskA), Hist(etime, event) ~ 1, data = mgm, times = 120, cause = 1, metrics = c("auc",
    "brier"), summary = "ipa", cens.model = "km")
  add("competing-risk Brier(t), null model (AJ)", "riskRegression", "mgus2 cc", "t=120", cr$Brier$score[model ==
    "Null model"]$Brier)
  add("competing-risk Brier(t)", "riskRegression", "mgus2 cc", "fixed rule plogis(-4+1.3 mspike); t=120",
    cr$Brier$score[model == "A"]$Brier)
  add("competing-risk Brier(t) SE", "riskRegression", "mgus2 cc", "fixed rule plogis(-4+1.3 mspike); t=120",
    cr$Brier$score[model == "A"]$se)
  add("competing-risk AUC(t) (definition 2)", "riskRegression", "mgus2 cc", "fixed rule; t=120", cr$AUC$score[model ==
    "A"]$AUC)
  add("competing-risk AUC(t) SE", "riskRegression", "mgus2 cc", "fixed rule; t=120", cr$AUC$score[model ==
    "A"]$se)
  m2 <- coxph(Surv(time, death) ~ log(bili) + albumin + age, pbc1, x = TRUE, y = TRUE)
  sm <- Score(list(cox = m2), Surv(time, death) ~ 1, data = pbc1, times = c(1000, 2000, 3000), metrics = c("auc",
    "brier"), cens.model = "km", conf.int = FALSE)
  for (i in 1:3) {
    add("Brier(t) IPCW KM, apparent", "riskRegression", "pbc[1:312]", sprintf("coxph log(bili)+albumin+age; t=%g",
      c(1000, 2000, 3000)[i]), sm$Brier$score[model == "cox"]$Brier[i])
    add("AUC(t) IPCW KM, apparent", "riskRegression", "pbc[1:312]", sprintf("coxph log(bili)+albumin+age; t=%g",
      c(1000, 2000, 3000)[i]), sm$AUC$score[model == "cox"]$AUC[i])
  }
  ut <- sort(unique(pbc1$time[pbc1$time <= 3000]))
  pe <- pec(list(cox = m2), Surv(time, death) ~ 1, data = pbc1, times = ut, exact = FALSE, start = 0, cens.model = "marginal",
    splitMethod = "none", verbose = FALSE)
  ib <- crps(pe, times = 3000)
  add("IBS (step integral over unique times)", "pec", "pbc[1:312]", "coxph log(bili)+albumin+age; left Riemann over event/censoring times in (0,3000], divided by last grid time 2995",
    ib["cox", 1])
  add("IBS null (step integral over unique times)", "pec", "pbc[1:312]", "KM reference; same grid", ib["Reference",
    1])
})

# ---- 4 explained variation
sect("royston", {
  m2 <- coxph(Surv(time, death) ~ log(bili) + albumin + age, pbc1)
  r <- royston(m2)
  for (k in names(r)) add(paste0("royston(): ", k), "survival", "pbc[1:312]", "coxph log(bili)+albumin+age",
    r[k])
  r2 <- royston(coxph(Surv(time, status) ~ karno, veteran))
  add("royston(): D (heavy ties in lp)", "survival", "veteran", "coxph karno", r2["D"])
})

# ---- 5 published rotterdam -> gbsg chain
y7 <- round(7 * 365.25)
r7 <- subset(rotterdam, nodes > 0)
r7$recur <- ifelse(r7$rtime > y7, 0, r7$recur)
r7$rtime <- pmin(r7$rtime, y7)
r7$death <- ifelse(r7$dtime > y7, 0, r7$death)
r7$dtime <- pmin(r7$dtime, y7)
r7$rfstime <- with(r7, ifelse(recur == 1, rtime, dtime))
r7$rfs <- with(r7, pmax(death, recur))
g2 <- gbsg
g2$size <- cut(gbsg$size, c(0, 20, 50, 150), levels(rotterdam$size))
g2$rfs <- g2$status
g7 <- g2
g7$rfs <- ifelse(g7$rfstime > y7, 0, g7$rfs)
g7$rfstime <- pmin(g7$rfstime, y7)
sect("RA2013", {
  f1 <- function(d) cbind(a3 = (d$age/100)^3, a3l = (d$age/100)^3 * log(d$age/100), meno = d$meno, s2 = as.integer(d$size ==
    "20-50"), s3 = as.integer(d$size == ">50"), n = 1/sqrt(d$nodes), er = d$er/1000, h = d$hormon)
  X <- f1(r7)
  cf <- coxph(Surv(r7$rfstime, r7$rfs) ~ X, ties = "breslow")
  add("events in derivation set", "survival", "rotterdam nodes>0, 84 months", "Royston-Altman 2013 recipe",
    sum(r7$rfs))
  for (k in seq_along(coef(cf))) add("Cox coefficient (Royston-Altman 2013 Table 2 recipe)", "survival",
    "rotterdam nodes>0, 84 months", paste0("breslow; ", sub("^X", "", names(coef(cf))[k])), coef(cf)[k])
  pi1 <- as.vector(X %*% coef(cf))
  g7$PI <- as.vector(f1(g7) %*% coef(cf))
  r7$PI <- pi1
  add("Harrell C derivation", "survival", "rotterdam nodes>0, 84 months", "RA2013 PI", concordance(Surv(rfstime,
    rfs) ~ PI, r7, reverse = TRUE)$concordance)
  cg <- concordance(Surv(rfstime, rfs) ~ PI, g7, reverse = TRUE)
  add("Harrell C external", "survival", "gbsg", "RA2013 PI; 84 months", cg$concordance)
  add("Harrell C external SE", "survival", "gbsg", "RA2013 PI; 84 months", sqrt(cg$var))
  sl <- coxph(Surv(rfstime, rfs) ~ PI, g7, ties = "breslow")
  add("calibration slope", "survival", "gbsg", "RA2013 PI; 84 months; breslow", coef(sl))
  add("calibration slope SE", "survival", "gbsg", "RA2013 PI; 84 months; breslow", sqrt(vcov(sl)))
  rr <- royston(sl)
  add("Royston D external", "survival", "gbsg", "RA2013 PI; 84 months", rr["D"])
  add("Royston D SE external", "survival", "gbsg", "RA2013 PI; 84 months", rr["se(D)"])
  add("Royston R2_D external", "survival", "gbsg", "RA2013 PI; 84 months", rr["R.D"])
  rd <- royston(coxph(Surv(rfstime, rfs) ~ PI, r7, ties = "breslow"))
  add("Royston D derivation", "survival", "rotterdam nodes>0, 84 months", "RA2013 PI", rd["D"])
  add("Royston R2_D derivation", "survival", "rotterdam nodes>0, 84 months", "RA2013 PI", rd["R.D"])
})
sect("McLernon2023", {
  rt <- rotterdam
  rt$ryear <- rt$rtime/365.25
  rt$rfs <- pmax(rt$recur, rt$death)
  i <- rt$rfs == 1 & rt$recur == 0 & rt$death == 1 & rt$rtime < rt$dtime
  rt$ryear[i] <- rt$dtime[i]/365.25
  n99 <- quantile(rt$nodes, 0.99, type = 1)
  p99 <- quantile(rt$pgr, 0.99, type = 1)
  prep <- function(d) {
    d$nodes2 <- pmin(d$nodes, n99)
    d$nodes3 <- as.vector(rcspline.eval(d$nodes2, knots = c(0, 1, 9)))
    d$pgr2 <- pmin(d$pgr, p99)
    d$pgr3 <- as.vector(rcspline.eval(d$pgr2, knots = c(0, 41, 486)))
    d
  }
  rt <- prep(rt)
  rt$csize <- rt$size
  rt$g3 <- as.integer(rt$grade == 3)
  gb <- prep(gbsg)
  gb$ryear <- gb$rfstime/365.25
  gb$rfs <- gb$status
  gb$csize <- cut(gb$size, c(-1, 20, 50, 500), levels(rotterdam$size))
  gb$g3 <- as.integer(gb$grade == 3)
  cut5 <- function(d) {
    d$rfs <- ifelse(d$ryear > 5, 0, d$rfs)
    d$ryear <- pmin(d$ryear, 5)
    d
  }
  rt <- cut5(rt)
  gb <- cut5(gb)
  e1 <- coxph(Surv(ryear, rfs) ~ csize + nodes2 + nodes3 + g3, rt, x = TRUE, y = TRUE)
  e2 <- update(e1, . ~ . + pgr2 + pgr3)
  for (k in names(coef(e1))) add("Cox coefficient (McLernon 2023 recipe)", "survival", "rotterdam 5y",
    paste0("efron; ", k), coef(e1)[k])
  add("likelihood-ratio chi2, adding PGR (2 df)", "survival", "rotterdam 5y", "McLernon 2023 models", anova(e1,
    e2)$Chisq[2])
  gb$lp <- predict(e1, newdata = gb)
  h <- concordance(Surv(ryear, rfs) ~ lp, gb, reverse = TRUE)
  u <- concordance(Surv(ryear, rfs) ~ lp, gb, reverse = TRUE, timewt = "n/G2")
  add("Harrell C external", "survival", "gbsg 5y", "McLernon 2023 model 1", h$concordance)
  add("Harrell C external SE", "survival", "gbsg 5y", "McLernon 2023 model 1", sqrt(h$var))
  add("Uno C external", "survival", "gbsg 5y", "McLernon 2023 model 1", u$concordance)
  add("Uno C external SE", "survival", "gbsg 5y", "McLernon 2023 model 1", sqrt(u$var))
  gb$lp2 <- predict(e2, newdata = gb)
  add("Harrell C external", "survival", "gbsg 5y", "McLernon 2023 model 2 (+PGR)", concordance(Surv(ryear,
    rfs) ~ lp2, gb, reverse = TRUE)$concordance)
  if (has("timeROC")) {
    t0 <- timeROC::timeROC(gb$ryear, gb$rfs, gb$lp, cause = 1, times = 4.99, iid = TRUE)
    add("AUC(t) external", "timeROC", "gbsg 5y", "McLernon 2023 model 1; t=4.99", t0$AUC[2])
    add("AUC(t) external SE", "timeROC", "gbsg 5y", "McLernon 2023 model 1; t=4.99", t0$inference$vect_sd_1[2])
  }
  gb$pred <- predictRisk(e1, newdata = gb, times = 5)
  km <- summary(survfit(Surv(ryear, rfs) ~ 1, gb), times = 5)
  add("observed risk 1-KM(5)", "survival", "gbsg 5y", "t=5", 1 - km$surv)
  add("mean predicted risk", "riskRegression", "gbsg 5y", "McLernon 2023 model 1; t=5", mean(gb$pred))
  add("O/E ratio", "survival", "gbsg 5y", "McLernon 2023 model 1; t=5", (1 - km$surv)/mean(gb$pred))
  cs <- coxph(Surv(ryear, rfs) ~ lp, gb)
  add("calibration slope", "survival", "gbsg 5y", "McLernon 2023 model 1; efron", coef(cs))
  add("calibration slope SE", "survival", "gbsg 5y", "McLernon 2023 model 1; efron", sqrt(vcov(cs)))
  gb$cll <- log(-log(1 - gb$pred))
  vc <- cph(Surv(ryear, rfs) ~ rcs(cll, 3), gb, x = TRUE, y = TRUE, surv = TRUE)
  ob <- 1 - survest(vc, times = 5, newdata = gb)$surv
  d <- abs(ob - gb$pred)
  add("ICI (Cox on rcs(cloglog,3))", "rms", "gbsg 5y", "McLernon 2023 model 1; t=5", mean(d))
  add("E50", "rms", "gbsg 5y", "McLernon 2023 model 1; t=5", quantile(d, 0.5))
  add("E90", "rms", "gbsg 5y", "McLernon 2023 model 1; t=5", quantile(d, 0.9))
  add("Emax", "rms", "gbsg 5y", "McLernon 2023 model 1; t=5", max(d))
  sg <- Score(list(m1 = e1, m2 = e2), Surv(ryear, rfs) ~ 1, data = gb, times = 4.99, metrics = c("brier",
    "auc"), summary = "ipa", cens.model = "km")
  bb <- sg$Brier$score
  for (m in c("m1", "m2")) {
    add("Brier(t) external", "riskRegression", "gbsg 5y", paste0("McLernon 2023 ", m, "; t=4.99"), bb[model ==
      m]$Brier)
    add("IPA external", "riskRegression", "gbsg 5y", paste0("McLernon 2023 ", m, "; t=4.99"), bb[model ==
      m]$IPA)
  }
  nb <- function(p, th) {
    k <- p > th
    s <- summary(survfit(Surv(ryear, rfs) ~ 1, gb[k, ]), times = 5, extend = TRUE)$surv
    mean(k) * ((1 - s) - s * th/(1 - th))
  }
  for (th in c(0.2, 0.23, 0.3, 0.4, 0.5)) add("net benefit (KM-conditional, Vickers 2008)", "survival",
    "gbsg 5y", sprintf("McLernon 2023 model 1; pt=%.2f; t=5; rule pred>pt", th), nb(gb$pred, th))
  for (th in c(0.23, 0.4)) add("net benefit treat-all", "survival", "gbsg 5y", sprintf("pt=%.2f; t=5",
    th), (1 - km$surv) - km$surv * th/(1 - th))
  if (has("dcurves")) {
    dd <- as.data.frame(dcurves::dca(Surv(ryear, rfs) ~ pred, data = data.frame(ryear = gb$ryear, rfs = gb$rfs,
      pred = as.vector(gb$pred)), time = 5, thresholds = c(0.2, 0.23, 0.3, 0.4, 0.5))$dca)
    for (th in c(0.3, 0.4, 0.5)) add("net benefit", "dcurves", "gbsg 5y", sprintf("McLernon 2023 model 1; pt=%.2f; t=5 (rule pred>=pt)",
      th), dd$net_benefit[dd$variable == "pred" & abs(dd$threshold - th) < 1e-09])
  }
})
sect("binary DCA", {
  d <- nwtco
  p <- plogis(-2.2 + 1.6 * (d$histol == 2) + 0.25 * d$stage)
  for (th in c(0.1, 0.2, 0.3)) {
    k <- p >= th
    add("net benefit, binary outcome", "stats", "nwtco", sprintf("plogis(-2.2+1.6*(histol==2)+0.25*stage); pt=%.1f",
      th), mean(k & d$rel == 1) - mean(k & d$rel == 0) * th/(1 - th))
  }
})
if (has("dcurves")) sect("dca CR", {
  d <- data.frame(t = mgm$etime, e = factor(mgm$event, 0:2), r = mgm$riskA)
  x <- as.data.frame(dcurves::dca(Surv(t, e) ~ r, data = d, time = 120, thresholds = c(0.05, 0.1, 0.15))$dca)
  for (th in c(0.05, 0.1, 0.15)) add("net benefit, competing risks (AJ-conditional)", "dcurves", "mgus2 cc",
    sprintf("fixed rule; pt=%.2f; t=120", th), x$net_benefit[x$variable == "r" & abs(x$threshold - th) <
      1e-09])
})
if (has("survIDINRI")) sect("IDI", {
  set.seed(1)
  x <- survIDINRI::IDI.INF(as.matrix(data.frame(t = pbc1$time, d = pbc1$death)), as.matrix(log(pbc1$bili)),
    cbind(log(pbc1$bili), pbc1$albumin, pbc1$age), t0 = 1826, npert = 5)
  add("IDI (Uno 2013)", "survIDINRI", "pbc[1:312]", "log(bili) vs +albumin+age; t0=1826", x$m1[1])
  add("continuous NRI/2 (Uno 2013)", "survIDINRI", "pbc[1:312]", "same; m2", x$m2[1])
  add("median improvement (Uno 2013)", "survIDINRI", "pbc[1:312]", "same; m3", x$m3[1])
})

# ---- 6 meta-analysis / multi-centre
sect("meta", {
  dat <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = metadat::dat.bcg)
  ct <- list(threshold = 1e-12, maxiter = 5000)
  r <- rma(yi, vi, data = dat, method = "REML", control = ct)
  k <- rma(yi, vi, data = dat, method = "REML", test = "knha", control = ct)
  p <- predict(k)
  add("REML tau2", "metafor", "metadat::dat.bcg", "log RR", r$tau2)
  add("REML pooled", "metafor", "metadat::dat.bcg", "log RR", r$beta)
  add("REML SE (Wald)", "metafor", "metadat::dat.bcg", "log RR", r$se)
  add("Hartung-Knapp SE", "metafor", "metadat::dat.bcg", "log RR", k$se)
  add("Hartung-Knapp CI lower", "metafor", "metadat::dat.bcg", "log RR", k$ci.lb)
  add("Hartung-Knapp CI upper", "metafor", "metadat::dat.bcg", "log RR", k$ci.ub)
  add("I2 (percent, Higgins-Thompson with REML tau2)", "metafor", "metadat::dat.bcg", "log RR", r$I2)
  add("Q", "metafor", "metadat::dat.bcg", "log RR", r$QE)
  add("prediction interval lower (t, k-1 df)", "metafor", "metadat::dat.bcg", "log RR; knha", p$pi.lb)
  add("prediction interval upper (t, k-1 df)", "metafor", "metadat::dat.bcg", "log RR; knha", p$pi.ub)
  d <- rma(yi, vi, data = dat, method = "DL")
  add("DerSimonian-Laird tau2", "metafor", "metadat::dat.bcg", "log RR", d$tau2)
  pm <- rma(yi, vi, data = dat, method = "PM")
  add("Paule-Mandel tau2", "metafor", "metadat::dat.bcg", "log RR", pm$tau2)
  # per-centre concordance in lung, pooled
  tab <- do.call(rbind, lapply(split(lung1[!is.na(lung1$inst), ], lung1$inst[!is.na(lung1$inst)]), function(x) {
    if (sum(x$dead) < 5)
      return(NULL)
    cc <- concordance(Surv(time, dead) ~ age, x, reverse = TRUE)
    data.frame(inst = x$inst[1], C = cc$concordance, v = cc$var)
  }))
  tab <- tab[tab$v > 0 & tab$C > 0 & tab$C < 1, ]
  yi <- qlogis(tab$C)
  vi <- tab$v/(tab$C * (1 - tab$C))^2
  m <- rma(yi, vi, method = "REML", test = "knha", control = list(threshold = 1e-12, maxiter = 5000))
  pr <- predict(m)
  add("centres entering pooled C", "metafor", "lung", "marker=age; inst with >=5 deaths", nrow(tab))
  add("REML pooled logit C", "metafor", "lung", "marker=age; by inst", m$beta)
  add("REML tau2 logit C", "metafor", "lung", "marker=age; by inst", m$tau2)
  add("Hartung-Knapp SE logit C", "metafor", "lung", "marker=age; by inst", m$se)
  add("pooled C back-transformed", "metafor", "lung", "marker=age; by inst", plogis(m$beta))
  add("prediction interval lower, C scale", "metafor", "lung", "marker=age; by inst", plogis(pr$pi.lb))
  add("prediction interval upper, C scale", "metafor", "lung", "marker=age; by inst", plogis(pr$pi.ub))
})
if (has("metamisc")) sect("metamisc", {
  data(EuroSCORE, package = "metamisc", envir = environment())
  v <- metamisc::valmeta(cstat = c.index, cstat.se = se.c.index, cstat.cilb = c.index.95CIl, cstat.ciub = c.index.95CIu,
    N = n, O = n.events, data = EuroSCORE)
  add("pooled c-statistic (logit REML, HK)", "metamisc", "EuroSCORE", "valmeta default", v$est)
  add("pooled c CI lower", "metamisc", "EuroSCORE", "valmeta", v$ci.lb)
  add("pooled c CI upper", "metamisc", "EuroSCORE", "valmeta", v$ci.ub)
  add("pooled c PI lower", "metamisc", "EuroSCORE", "valmeta", v$pi.lb)
  add("pooled c PI upper", "metamisc", "EuroSCORE", "valmeta", v$pi.ub)
})

# ---- 7 multiplicity, selection, stability
sect("mult", {
  pv <- sapply(c("age", "albumin", "bili", "chol", "copper", "ast", "platelet", "protime", "alk.phos",
    "trig"), function(v) {
    x <- pbc[!is.na(pbc$trt), ]
    x$z <- x[[v]]
    summary(coxph(Surv(time, status == 2) ~ z, x))$sctest[["pvalue"]]
  })
  add("univariate Cox score-test p", "survival", "pbc[1:312]", "age", pv["age"])
  add("univariate Cox score-test p", "survival", "pbc[1:312]", "alk.phos", pv["alk.phos"])
  add("univariate Cox score-test p", "survival", "pbc[1:312]", "platelet", pv["platelet"])
  for (m in c("BH", "BY", "holm", "hommel")) add(paste0("adjusted p (", m, ")"), "stats", "pbc[1:312]",
    "10 lab markers univariate Cox score tests; alk.phos", p.adjust(pv, m)["alk.phos"])
})
if (has("qvalue")) sect("qvalue", {
  data(golub, package = "multtest", envir = environment())
  tt <- multtest::mt.teststat(golub, golub.cl)
  p <- 2 * pt(-abs(tt), 36)
  add("two-sample Welch t, gene 1", "multtest", "golub", "mt.teststat t", tt[1])
  q <- qvalue::qvalue(p)
  add("Storey pi0 (smoother)", "qvalue", "golub", "p=2*pt(-|t|,36)", q$pi0)
  add("number with q<0.05", "qvalue", "golub", "p=2*pt(-|t|,36)", sum(q$qvalues < 0.05))
  add("number with BH<0.05", "stats", "golub", "p=2*pt(-|t|,36)", sum(p.adjust(p, "BH") < 0.05))
  q5 <- qvalue::pi0est(p, lambda = 0.5)$pi0
  add("Storey pi0 (lambda=0.5)", "qvalue", "golub", "p=2*pt(-|t|,36)", q5)
  x <- golub[1:50, c(1:5, 28:32)]
  cl <- c(rep(0, 5), rep(1, 5))
  r <- multtest::mt.maxT(x, cl, B = 0)
  add("Westfall-Young maxT adjusted p, all 252 permutations, most significant gene", "multtest", "golub[1:50,c(1:5,28:32)]",
    "t; B=0 (complete)", r$adjp[1])
  add("Westfall-Young maxT adjusted p, 5th gene", "multtest", "golub[1:50,c(1:5,28:32)]", "t; B=0 (complete)",
    r$adjp[5])
})
if (has("stabs")) sect("stabs", {
  for (a in c("none", "unimodal", "r-concave")) {
    s <- stabs::stabsel_parameters(p = 1000, cutoff = 0.75, q = 20, assumption = a)
    add(paste0("stability selection PFER bound, ", a), "stabs", "analytic", "p=1000; q=20; cutoff=0.75; SS",
      s$PFER)
    s2 <- stabs::stabsel_parameters(p = 1000, PFER = 1, q = 20, assumption = a)
    add(paste0("stability selection cutoff for PFER=1, ", a), "stabs", "analytic", "p=1000; q=20; PFER=1",
      s2$cutoff)
    s3 <- stabs::stabsel_parameters(p = 500, PFER = 1, cutoff = 0.9, assumption = a)
    if (a == "r-concave")
      add("stability selection PFER bound, r-concave, unrounded", "stabs", "analytic", "p=1000; q=20; cutoff=0.75; B=50",
        1000 * stabs:::minD(20, 1000, 0.75, 50))
    add(paste0("stability selection q for PFER=1, ", a), "stabs", "analytic", "p=500; cutoff=0.9; PFER=1",
      s3$q)
  }
})
if (has("stabm")) sect("stabm", {
  f <- list(c(1, 2, 3, 5), c(1, 2, 4, 5), c(1, 3, 5, 6), c(1, 2, 3, 4, 9), c(2, 3, 5, 7))
  add("Nogueira stability", "stabm", "5 fixed subsets of 1..20", "{1235},{1245},{1356},{12349},{2357}",
    stabm::stabilityNogueira(f, p = 20))
  add("Jaccard stability", "stabm", "5 fixed subsets of 1..20", "same", stabm::stabilityJaccard(f))
  add("Lustgarten stability", "stabm", "5 fixed subsets of 1..20", "original sets", stabm::stabilityLustgarten(f,
    p = 20))
  add("Phi stability", "stabm", "5 fixed subsets of 1..20", "original sets", stabm::stabilityPhi(f, p = 20))
  add("Somol stability", "stabm", "5 fixed subsets of 1..20", "original sets", stabm::stabilitySomol(f,
    p = 20))
})
if (has("sva")) sect("combat", {
  G <- 6
  n <- 12
  X <- outer(1:G, 1:n, function(g, i) sin(g * 1.3 + i * 0.7) + 0.4 * g + 0.8 * (i > 6) * cos(g))
  b <- rep(1:2, each = 6)
  suppressMessages({
    Y <- sva::ComBat(X, b, par.prior = TRUE)
    Z <- sva::ComBat(X, b, mod = cbind(1, rep(0:1, 6)), par.prior = TRUE)
  })
  add("ComBat parametric, element [1,1]", "sva", "synthetic sin matrix", "X[g,i]=sin(1.3g+0.7i)+0.4g+0.8*(i>6)cos(g); batches 6+6",
    Y[1, 1])
  add("ComBat parametric, element [6,12]", "sva", "synthetic sin matrix", "same", Y[6, 12])
  add("ComBat parametric with covariate, element [3,7]", "sva", "synthetic sin matrix", "mod=alternating 0/1",
    Z[3, 7])
})

# ---- 8 agreement
if (has("irrCAC")) sect("irr", {
  data(cac.raw4raters, package = "irrCAC", envir = environment())
  w <- cac.raw4raters[, 1:4]
  a <- irrCAC::gwet.ac1.raw(w)
  add("Gwet AC1", "irrCAC", "cac.raw4raters", "unweighted", a$est$coeff.val)
  f <- irrCAC::fleiss.kappa.raw(w)
  add("Fleiss kappa (missing-aware)", "irrCAC", "cac.raw4raters", "unweighted", f$est$coeff.val)
  k <- irrCAC::krippen.alpha.raw(w)
  add("Krippendorff alpha", "irrCAC", "cac.raw4raters", "nominal", k$est$coeff.val)
})
if (has("psych")) sect("kappa", {
  m <- matrix(c(44, 5, 1, 7, 20, 3, 9, 5, 6), 3, byrow = TRUE)
  x <- suppressWarnings(psych::cohen.kappa(m))
  add("Cohen kappa", "psych", "3x3 table 44,5,1/7,20,3/9,5,6", "unweighted", x$kappa)
  add("Cohen kappa variance", "psych", "3x3 table 44,5,1/7,20,3/9,5,6", "unweighted (Fleiss-Cohen-Everitt)",
    x$var.kappa)
  add("Cohen weighted kappa (quadratic)", "psych", "3x3 table 44,5,1/7,20,3/9,5,6", "quadratic", x$weighted.kappa)
})

# ---- 9 causal / policy
sect("ate", {
  d <- as.data.frame(gbsg)
  d$hormon <- factor(d$hormon)
  d$lpgr <- log1p(d$pgr)
  ev <- coxph(Surv(rfstime, status) ~ hormon + age + nodes + grade + lpgr, d, x = TRUE, y = TRUE)
  tr <- glm(hormon ~ age + meno + nodes + grade + lpgr, d, family = binomial())
  ce <- coxph(Surv(rfstime, status == 0) ~ hormon + age, d, x = TRUE, y = TRUE)
  a <- ate(event = ev, treatment = tr, censor = ce, data = d, times = 1826, estimator = c("GFORMULA", "IPTW",
    "AIPTW"), se = TRUE, verbose = FALSE)
  mr <- as.data.frame(a$meanRisk)
  dr <- as.data.frame(a$diffRisk)
  for (es in unique(mr$estimator)) {
    for (h in 0:1) add(paste0("counterfactual risk, ", es, " (IPCW)"), "riskRegression", "gbsg", sprintf("hormon=%d; t=1826; outcome Cox hormon+age+nodes+grade+log1p(pgr); PS logit age+meno+nodes+grade+log1p(pgr); censor Cox hormon+age",
      h), mr$estimate[mr$estimator == es & mr$treatment == h])
    add(paste0("average treatment effect on risk, ", es), "riskRegression", "gbsg", "hormon 1-0; t=1826",
      dr$estimate[dr$estimator == es])
    add(paste0("average treatment effect SE, ", es), "riskRegression", "gbsg", "hormon 1-0; t=1826",
      dr$se[dr$estimator == es])
  }
})
if (has("survRM2")) sect("rmst2", {
  D <- survRM2::rmst2.sample.data()
  r <- survRM2::rmst2(D$time, D$status, D$arm, tau = 10)
  u <- r$unadjusted.result
  add("RMST difference arm1-arm0", "survRM2", "pbc (rmst2.sample.data)", "tau=10", u[1, 1])
  add("RMST difference CI lower", "survRM2", "pbc (rmst2.sample.data)", "tau=10", u[1, 2])
  add("RMST ratio", "survRM2", "pbc (rmst2.sample.data)", "tau=10", u[2, 1])
  add("RMST arm 1", "survRM2", "pbc (rmst2.sample.data)", "tau=10", r$RMST.arm1$rmst["Est."])
  add("RMST arm 0", "survRM2", "pbc (rmst2.sample.data)", "tau=10", r$RMST.arm0$rmst["Est."])
})

# ---- 10 exact bounds used by the risk-control layer
sect("bounds", {
  add("Clopper-Pearson upper, one-sided 95%", "stats", "analytic", "x=3; n=120", qbeta(0.95, 4, 117))
  add("Clopper-Pearson upper, one-sided 90%", "stats", "analytic", "x=0; n=59", qbeta(0.9, 1, 59))
  hb <- function(r, n, a) {
    h1 <- function(x, y) ifelse(x == 0, 0, x * log(x/y)) + ifelse(x == 1, 0, (1 - x) * log((1 - x)/(1 -
      y)))
    min(exp(-n * h1(min(r, a), a)), exp(1) * pbinom(ceiling(n * r), n, a), 1)
  }
  add("Hoeffding-Bentkus p-value", "stats", "analytic", "Rhat=0.05; n=200; alpha=0.10", hb(0.05, 200, 0.1))
  add("Hoeffding-Bentkus p-value", "stats", "analytic", "Rhat=0.02; n=100; alpha=0.10", hb(0.02, 100, 0.1))
  add("exact binomial p-value", "stats", "analytic", "x=10; n=200; H0 p>0.10", pbinom(10, 200, 0.1))
  add("Hoeffding p-value", "stats", "analytic", "Rhat=0.05; n=200; alpha=0.10", exp(-2 * 200 * 0.05^2))
})

# ---- 11 closed-form / base-R references (no package offers them)
sect("base", {
  B <- "base"
  n <- nrow(pbc1)
  t <- pbc1$time
  d <- pbc1$death
  f <- coxph(Surv(time, death) ~ log(bili) + albumin + age, pbc1)
  lp <- predict(f)
  bh <- basehaz(f, centered = TRUE)
  S <- exp(-c(0, bh$hazard)[findInterval(t, bh$time) + 1] * exp(lp))
  cnt <- numeric(10)
  for (i in 1:n) {
    k <- min(10, max(1, ceiling(S[i] * 10)))
    if (d[i] == 1)
      cnt[k] <- cnt[k] + 1
    else {
      cnt[k] <- cnt[k] + (S[i] - (k - 1)/10)/S[i]
      if (k > 1)
        cnt[1:(k - 1)] <- cnt[1:(k - 1)] + 1/(10 * S[i])
    }
  }
  x <- sum((cnt - n/10)^2/(n/10))
  add("D-calibration statistic, 10 bins", B, "pbc[1:312]", "coxph log(bili)+albumin+age (efron), Breslow/Efron baseline",
    x)
  add("D-calibration p, 9 df", B, "pbc[1:312]", "same", pchisq(x, 9, lower.tail = FALSE))
  e <- c(app = 0.1, boot = 0.2, noinf = 0.4)
  Rr <- (e[[2]] - e[[1]])/(e[[3]] - e[[1]])
  w <- 0.632/(1 - 0.368 * Rr)
  add(".632+ error", B, "analytic", "app=.10; boot=.20; noinf=.40", (1 - w) * e[[1]] + w * e[[2]])
  add(".632 error", B, "analytic", "app=.10; boot=.20", 0.368 * 0.1 + 0.632 * 0.2)
  dj <- sin(1:100)
  add("Nadeau-Bengio corrected SE of mean", B, "analytic", "d_j=sin(j), j=1..100; test/train=1/9", sqrt((1/100 +
    1/9) * var(dj)))
  add("Nadeau-Bengio t", B, "analytic", "d_j=0.3+sin(j)", mean(0.3 + dj)/sqrt((1/100 + 1/9) * var(dj)))
  Z <- matrix(0, 5, 20)
  L <- list(c(1, 2, 3, 5), c(1, 2, 4, 5), c(1, 3, 5, 6), c(1, 2, 3, 4, 9), c(2, 3, 5, 7))
  for (i in 1:5) Z[i, L[[i]]] <- 1
  pf <- colMeans(Z)
  ki <- rowSums(Z)
  kb <- mean(ki)
  den <- kb/20 * (1 - kb/20)
  ph <- 1 - mean(5/4 * pf * (1 - pf))/den
  pi_ <- sapply(1:5, function(i) (mean(Z[i, ] * pf) - ki[i] * kb/400 + ph/2 * (2 * kb * ki[i]/400 - ki[i]/20 -
    kb/20 + 1))/den)
  v <- 4/25 * sum((pi_ - mean(pi_))^2)
  add("Nogueira variance", B, "5 fixed subsets of 1..20", "{1235},{1245},{1356},{12349},{2357}", v)
  add("Nogueira 95% CI lower", B, "5 fixed subsets of 1..20", "same", ph - qnorm(0.975) * sqrt(v))
  Lk <- L
  Lk[[4]] <- c(1, 2, 3, 9)
  kk <- 4
  pr <- combn(5, 2)
  add("Kuncheva stability", B, "5 fixed subsets of 1..20", "set 4 = {1239}; k=4", mean(apply(pr, 2, function(q) (length(intersect(Lk[[q[1]]],
    Lk[[q[2]]])) * 20 - kk^2)/(kk * (20 - kk)))))
  W <- c(5.1, 4.2, -0.3, 3.3, 0.2, -1.1, 2.9, 6, 1.8, -0.9, 2.2, 3.9, 0.1, -0.2, 4.8, 1.5)
  kt <- function(W, q, o) {
    ts <- sort(abs(W[W != 0]))
    ok <- sapply(ts, function(t) (o + sum(W <= -t))/max(1, sum(W >= t)) <= q)
    if (any(ok))
      min(ts[ok])
    else Inf
  }
  add("knockoff+ threshold", B, "analytic", "16 fixed W; q=0.2; offset=1", kt(W, 0.2, 1))
  add("knockoff threshold", B, "analytic", "16 fixed W; q=0.2; offset=0", kt(W, 0.2, 0))
  bp <- function(t, e, s, de) {
    o <- order(t, -e)
    t <- t[o]
    e <- e[o]
    Y <- length(t):1
    k <- which(e == 1 & t <= s)
    Ys <- sum(t > s)
    m1 <- prod(Y[k]/(Y[k] + 1)) * Ys/(Ys + 1)
    m2 <- prod(Y[k]/(Y[k] + 2)) * Ys/(Ys + 2)
    c0 <- m1 * (1 - m1)/(m2 - m1^2) - 1
    1 - qbeta(de, m1 * c0, (1 - m1) * c0)
  }
  lo <- pbc1$bili <= 1
  add("beta-product upper limit for risk (moment-matched), one-sided 90%", B, "pbc[1:312]", "bili<=1.0; t=1826",
    bp(t[lo], d[lo], 1826, 0.1))
  add("KM risk in the same group", B, "pbc[1:312]", "bili<=1.0; t=1826", 1 - summary(survfit(Surv(t[lo],
    d[lo]) ~ 1), times = 1826)$surv)
  add("beta-product upper limit without censoring equals Clopper-Pearson", B, "analytic", "n=50; 4 events by s; delta=0.1; difference",
    bp(c(1:4, 11:56), c(1, 1, 1, 1, rep(0, 46)), 5, 0.1) - qbeta(0.9, 5, 46))
  g <- as.data.frame(gbsg)
  g$lpgr <- log1p(g$pgr)
  ps <- fitted(glm(hormon ~ age + meno + nodes + grade + lpgr, binomial, g, epsilon = 1e-12))
  add("effective sample size of IPTW, treated", B, "gbsg", "same PS", sum(g$hormon/ps)^2/sum((g$hormon/ps)^2))
  add("PS overlap: share with 0.1<e<0.9", B, "gbsg", "same PS", mean(ps > 0.1 & ps < 0.9))
})

# direct evaluation of the AIPW + augmented IPCW score; its G-formula and IPTW parts agree with
# riskRegression::ate
sect("aipcw", {
  g <- as.data.frame(gbsg)
  g$lpgr <- log1p(g$pgr)
  tau <- 1826
  n <- nrow(g)
  g$hf <- factor(g$hormon)
  ps <- fitted(glm(hormon ~ age + meno + nodes + grade + lpgr, binomial, g))
  oc <- coxph(Surv(rfstime, status) ~ hf + age + nodes + grade + lpgr, g, x = TRUE, y = TRUE)
  ce <- coxph(Surv(rfstime, status == 0) ~ hf + age, g, x = TRUE, y = TRUE)
  u <- sort(unique(g$rfstime[g$rfstime <= tau]))
  sc <- function(a) {
    nd <- g
    nd$hf <- factor(a, levels = 0:1)
    S <- predictCox(oc, newdata = nd, times = c(u, tau), type = "survival")$survival
    St <- S[, ncol(S)]
    S <- S[, seq_along(u)]
    pc <- predictCox(ce, newdata = nd, times = u, type = c("survival", "cumhazard"))
    G <- pc$survival
    dL <- cbind(pc$cumhazard[, 1], pc$cumhazard[, -1] - pc$cumhazard[, -length(u)])
    Gm <- cbind(1, G[, -ncol(G)])
    ev <- which(g$status == 1 & g$rfstime <= tau)
    W <- numeric(n)
    W[ev] <- 1/Gm[cbind(ev, match(g$rfstime[ev], u))]
    Q <- 1 - St
    aug <- sapply(1:n, function(i) {
      k <- u <= g$rfstime[i]
      dN <- as.numeric(u == g$rfstime[i] & g$status[i] == 0)
      sum(((1 - St[i]/S[i, ])/G[i, ] * (dN - dL[i, ]))[k])
    })
    e <- if (a == 1)
      ps
    else 1 - ps
    Q + (g$hormon == a)/e * (W + aug - Q)
  }
  G0 <- sc(0)
  G1 <- sc(1)
  V <- ifelse(g$nodes >= 4, G1, G0)
  A <- "nuisances as in the ate rows; scores uncrossed; rule = hormon if nodes>=4"
  add("5-y risk under treat-all, AIPW+AIPCW", "base", "gbsg", A, mean(G1))
  add("5-y risk under treat-none, AIPW+AIPCW", "base", "gbsg", A, mean(G0))
  add("policy value (5-y risk) of the rule, AIPW+AIPCW", "base", "gbsg", A, mean(V))
  add("policy value SE", "base", "gbsg", A, sd(V)/sqrt(n))
  add("rule minus treat-all", "base", "gbsg", A, mean(V - G1))
  add("rule minus treat-all SE", "base", "gbsg", A, sd(V - G1)/sqrt(n))
})

header <- c(
  "# Reference values for the tests; one number per row, each computed by a public package on public data.",
  "# kind       other software (package, version); base and stats: closed form evaluated in R",
  "# generator  tests/reference/make_reference_values.R, no random numbers enter a value",
  "# digits     15 significant; some packages round or stop earlier: see the tolerance of the test")
connection <- file(output, "wb")
writeLines(header, connection)
write.csv(do.call(rbind, rows), connection, row.names = FALSE)
close(connection)
cat(length(rows), "reference values written\n")
