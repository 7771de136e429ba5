#include "rules/ledger_statement.h"

// Proposals: what is raised only if people agree, or are silent and that agrees.
namespace tocsin {

AlertRevision Ledger::proposal(const Statement& statement, const Alert* again) const {
  const Decision& decision = *statement.pattern.decision;
  AlertRevision out = compose(statement, RevisionKind::kProposed, statement.episode.level);
  out.decide_by = again != nullptr
                      ? again->last.decide_by
                      : ProcessingTime(statement.now.milliseconds() + decision.within_ms);
  out.silence = again != nullptr ? again->last.silence : std::string(name_of(decision.silence));
  out.asked = decision.ask;
  return out;
}

// What was said of the deadline and of silence holds, whatever the rules say since.
void Ledger::decide(const Statement& statement, Alert& alert,
                    const std::set<std::string>& corrected, Statements& out) {
  const auto settle = [&](RevisionKind kind, std::string why) {
    const Level level = closes(kind) ? Level::kNone : statement.episode.level;
    AlertRevision revision = compose(statement, kind, level);
    revision.changes.push_back(std::move(why));
    if (closes(kind)) count_open(revision.region, -1);
    say(statement, alert, std::move(revision), out);
  };
  if (!statement.episode.lasts())
    return settle(RevisionKind::kWithdrawn, "It was over before it was decided.");
  if (!statement.pattern.decision)
    return settle(RevisionKind::kRaised, "The rule no longer asks for a decision.");
  const Decision& decision = *statement.pattern.decision;
  const Tri veto = ask_now(statement, decision.veto), agree = ask_now(statement, decision.agree);
  if (veto == Tri::kTrue) return settle(RevisionKind::kVetoed, "A veto stands against it.");
  if (agree == Tri::kTrue) return settle(RevisionKind::kRaised, "It was agreed to.");
  const bool rises = statement.episode.level > alert.last.level;
  if (!rises && statement.now >= alert.last.decide_by) {
    const std::string by = " by " + format_rfc3339(*alert.last.decide_by);
    const bool agrees = alert.last.silence == name_of(Silence::kAgrees);
    std::string why = agrees ? "No veto was known" + by + ", and silence agrees."
                             : "No agreement was known" + by + ", and silence refuses.";
    if ((agrees ? veto : agree) == Tri::kUnknown) why += " Whether there is one cannot be said.";
    return settle(agrees ? RevisionKind::kRaised : RevisionKind::kRefused, std::move(why));
  }
  if (statement.episode.level == alert.last.level && corrected.empty() &&
      basis_of(statement) == alert.last.basis)
    return;
  // Nobody was asked about a higher level yet: it gets its own time.
  AlertRevision again = proposal(statement, rises ? nullptr : &alert);
  add_corrections(statement, corrected, again);
  say(statement, alert, std::move(again), out);
}

}  // namespace tocsin
