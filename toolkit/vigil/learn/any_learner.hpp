// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/combat.hpp"
#include "vigil/learn/diagnostics.hpp"
#include "vigil/learn/frozen_cuts.hpp"
#include "vigil/learn/learner.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace vigil {

template <class M>
concept HasDiagnostics = requires(const M& model) {
  { model.diagnostics() } -> std::same_as<FitDiagnostics>;
};

/// A fitted model of any kind, chosen at run time.
class AnyModel {
public:
  template <class M>
  requires(!std::same_as<M, AnyModel>) && Model<M> explicit AnyModel(M model)
      : held_(std::make_shared<Held<M>>(std::move(model))) {}

  [[nodiscard]] Prediction predict(const Covariates& covariates,
                                   const PredictionRequest& request,
                                   FitContext& context) const {
    return corrections_.apply(covariates, context.scheduler, [&](const Covariates& corrected) {
      return held_->predict(corrected, request, context);
    });
  }
  [[nodiscard]] FitStatus status() const { return held_->status(); }
  /// By column of the training data as it was before any cut.
  [[nodiscard]] std::vector<SelectedFeature> selected() const {
    return cuts() ? cuts()->restored(held_->selected()) : held_->selected();
  }
  /// The model's own, with entries "combat" and "cuts" where its columns are corrected or cut first.
  [[nodiscard]] Record record() const {
    Record record = held_->record();
    if (combat()) {
      record.set("combat", combat()->record());
    }
    if (cuts()) {
      record.set("cuts", cuts()->record());
    }
    return record;
  }
  /// The same model, before which columns are corrected.
  [[nodiscard]] AnyModel corrected_by(Combat combat) const {
    AnyModel model = *this;
    model.corrections_.combat = std::move(combat);
    return model;
  }
  /// The same model, before which columns are cut in two.
  [[nodiscard]] AnyModel cut_by(FrozenCuts cuts) const {
    AnyModel model = *this;
    model.corrections_.cuts = std::move(cuts);
    return model;
  }
  /// A model that was stored with these.
  [[nodiscard]] AnyModel with(Corrections corrections) const {
    AnyModel model = *this;
    model.corrections_ = std::move(corrections);
    return model;
  }
  [[nodiscard]] const std::optional<Combat>& combat() const noexcept { return corrections_.combat; }
  [[nodiscard]] const std::optional<FrozenCuts>& cuts() const noexcept { return corrections_.cuts; }
  /// Nothing: the model is of a kind that has none.
  [[nodiscard]] std::optional<FitDiagnostics> diagnostics() const { return held_->diagnostics(); }

private:
  struct Interface {
    Interface() = default;
    Interface(const Interface&) = delete;
    Interface& operator=(const Interface&) = delete;
    Interface(Interface&&) = delete;
    Interface& operator=(Interface&&) = delete;
    virtual ~Interface() = default;
    [[nodiscard]] virtual Prediction
    predict(const Covariates&, const PredictionRequest&, FitContext&) const = 0;
    [[nodiscard]] virtual FitStatus status() const = 0;
    [[nodiscard]] virtual std::vector<SelectedFeature> selected() const = 0;
    [[nodiscard]] virtual Record record() const = 0;
    [[nodiscard]] virtual std::optional<FitDiagnostics> diagnostics() const = 0;
  };
  template <class M>
  struct Held final : Interface {
    explicit Held(M model) : value(std::move(model)) {}
    [[nodiscard]] Prediction predict(const Covariates& covariates,
                                     const PredictionRequest& request,
                                     FitContext& context) const override {
      return value.predict(covariates, request, context);
    }
    [[nodiscard]] FitStatus status() const override { return value.status(); }
    [[nodiscard]] std::vector<SelectedFeature> selected() const override {
      return value.selected();
    }
    [[nodiscard]] Record record() const override { return value.record(); }
    [[nodiscard]] std::optional<FitDiagnostics> diagnostics() const override {
      if constexpr (HasDiagnostics<M>) {
        return value.diagnostics();
      }
      return std::nullopt;
    }
    M value;
  };
  std::shared_ptr<const Interface> held_;
  Corrections corrections_ = {};
};

/// A learner of any kind, chosen at run time by name.
class AnyLearner {
public:
  using Model = AnyModel;

  template <class L>
  requires(!std::same_as<L, AnyLearner>) && Learner<L> explicit AnyLearner(L learner)
      : held_(std::make_shared<Held<L>>(std::move(learner))) {}

  [[nodiscard]] std::vector<AnyModel> fit_all(const FitBatch& batch, FitContext& context) const {
    return held_->fit_all(batch, context);
  }

private:
  struct Interface {
    Interface() = default;
    Interface(const Interface&) = delete;
    Interface& operator=(const Interface&) = delete;
    Interface(Interface&&) = delete;
    Interface& operator=(Interface&&) = delete;
    virtual ~Interface() = default;
    [[nodiscard]] virtual std::vector<AnyModel> fit_all(const FitBatch&, FitContext&) const = 0;
  };
  template <class L>
  struct Held final : Interface {
    explicit Held(L learner) : value(std::move(learner)) {}
    [[nodiscard]] std::vector<AnyModel> fit_all(const FitBatch& batch,
                                                FitContext& context) const override {
      std::vector<AnyModel> models;
      for (auto& model : value.fit_all(batch, context)) {
        models.emplace_back(std::move(model));
      }
      return models;
    }
    L value;
  };
  std::shared_ptr<const Interface> held_;
};

static_assert(Learner<AnyLearner>);

} // namespace vigil
