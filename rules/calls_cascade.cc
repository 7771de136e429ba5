#include "rules/parser.h"

// cascade(): signals one after the other.
namespace tocsin {

std::span<const Parser::Function> Parser::cascade_functions() {
  static constexpr auto kRows = std::to_array<Function>({
      {"cascade",
       &Parser::cascade_call,
       Op::kCascade,
       {Scope::kPattern, "() stands in a pattern", "a pattern's level"}},
  });
  return kRows;
}

Link Parser::link() {
  Link link;
  if (accept("[")) {
    const Token least = expect_kind(TokenKind::kSpan, "the least lag, 60d");
    expect("..");
    const Token greatest = expect_span("the greatest lag, 120d");
    expect("]");
    link.lag_least = longest_days(least.span);
    link.lag_greatest = longest_days(greatest.span);
    if (link.lag_least > link.lag_greatest)
      wrong(least, "the least lag is longer than the greatest", "[60d..120d]");
  }
  link.subjects = subjects();
  for (const Subject& subject : link.subjects) {
    if (subject.kind == Subject::Kind::kSignal) {
      link.signals.push_back(subject.index);
    } else {
      const auto threats = pack_.threats_of(subject.index);
      link.signals.insert(link.signals.end(), threats.begin(), threats.end());
    }
  }
  for (const std::uint32_t signal : link.signals)
    link.cadence = coarser(link.cadence, pack_.signals[signal].coarsest);
  return link;
}

Parser::Value Parser::cascade_call(const Token& function, const Function&) {
  Node node;
  node.op = Op::kCascade;
  Cascade cascade;
  cascade.links.push_back(link());
  while (accept("->")) cascade.links.push_back(link());
  if (cascade.links.size() < 2)
    wrong(function, "a cascade needs two links at least", "cascade(a -> b, within: 1y)");
  if (cascade.links.front().lag_least != 0)
    wrong(function, "the first link has no link before it", "a -> [60d..120d] b");
  expect(",");
  if (!next_is("within"))
    wrong(peek(), "'" + source_of(peek()) + "' does not fit here", "within: 1y");
  take();
  expect(":");
  const Token within = expect_span("how long it may take, 1y");
  cascade.within = within.span;
  std::int32_t least = 0;
  for (const Link& part : cascade.links) least += part.lag_least;
  if (least > longest_days(cascade.within))
    wrong(within,
          "the cascade can never complete: its least lags add up to " + std::to_string(least) +
              " days",
          "at least " + std::to_string(least) + "d");
  node.more = put(out_.cascades, {std::move(cascade)});
  expect(")");
  return add(std::move(node), function, Type::kTruth);
}

}  // namespace tocsin
