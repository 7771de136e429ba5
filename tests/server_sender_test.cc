// The sender against a real server and a small engine, over real sockets.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "daemon/config/settings.h"
#include "ingest/client.h"
#include "ingest/client_command.h"
#include "ingest/spool.h"
#include "server_fixture.h"

namespace tocsin::test {
namespace {

namespace fs = std::filesystem;

std::string lines(int count, int bad_every = 0) {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    const bool bad = bad_every > 0 && i % bad_every == 0;
    text += "{\"n\":" + std::to_string(i) + (bad ? ",\"bad\":1" : "") + "}\n";
  }
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

class SenderTest : public testing::Test {
 protected:
  SenderTest() {
    std::string name = testing::TempDir() + "tocsin-sender-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~SenderTest() override { fs::remove_all(directory_); }

  SendOptions options(const std::string& endpoint) const {
    SendOptions options;
    options.endpoint = endpoint;
    options.spool_directory = directory_ + "/spool";
    options.cut.records = 10;
    options.give_up_seconds = 10;
    options.progress = SendOptions::Progress::kNever;
    return options;
  }
  int send(const SendOptions& options, const std::string& input) {
    std::istringstream in(input);
    out_.str("");
    err_.str("");
    return run_send(options, in, out_, err_);
  }
  std::string directory_;
  std::ostringstream out_, err_;
};

// Without --to it reaches the daemon of the shipped configuration, and one that names no endpoint.
TEST(SendOptions, TheDefaultEndpointIsTheDaemons) {
  EXPECT_EQ(SendOptions{}.endpoint, kDefaultEndpoint);
  EXPECT_EQ(IngestSettings{}.endpoint, kDefaultEndpoint);
  const std::string root = TOCSIN_SOURCE_DIR "/deploy/config";
  for (const std::string file : {"/lake-chad/tocsind.yaml", "/README.md"}) {
    std::ifstream in(root + file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    EXPECT_NE(text.find(kDefaultEndpoint), std::string::npos) << file;
  }
}

TEST_F(SenderTest, DeliversEveryLineOnceInOrder) {
  TestEngine engine;
  Served served([](ServerOptions&) {}, &engine);
  EXPECT_EQ(send(options(served.server->endpoint()), lines(105)), 0) << err_.str();
  EXPECT_EQ(joined(engine.payloads()), lines(105));
  EXPECT_EQ(engine.committed(), 11U);
  EXPECT_NE(out_.str().find("105 records in 11 frames"), std::string::npos) << out_.str();
}

TEST_F(SenderTest, TellsEachRefusedRecordWithItsLine) {
  TestEngine engine;
  Served served([](ServerOptions&) {}, &engine);
  SendOptions how = options(served.server->endpoint());
  how.nacks_file = directory_ + "/nacks";
  how.summary = SendOptions::Summary::kJson;
  EXPECT_EQ(send(how, "\n" + lines(20, 7) + "not json\n"), 1) << err_.str();
  std::ifstream file(how.nacks_file);
  std::stringstream nacks;
  nacks << file.rdbuf();
  EXPECT_NE(nacks.str().find(R"({"line":8,"code":"bad-record")"), std::string::npos) << nacks.str();
  EXPECT_NE(nacks.str().find(R"("record":"{\"n\":14,\"bad\":1}")"), std::string::npos)
      << nacks.str();
  EXPECT_NE(nacks.str().find(R"({"line":22,"code":"not-sent")"), std::string::npos) << nacks.str();
  EXPECT_NE(out_.str().find(R"("quarantined":2)"), std::string::npos) << out_.str();
  EXPECT_NE(out_.str().find(R"("lines_refused":1)"), std::string::npos) << out_.str();
}

TEST_F(SenderTest, KeepsFramesWhenThereIsNoServerAndGoesOnLater) {
  SendOptions how = options("tcp://127.0.0.1:1");
  how.give_up_seconds = 1;
  EXPECT_EQ(send(how, lines(30)), 2);
  EXPECT_NE(err_.str().find("3 frames are kept"), std::string::npos) << err_.str();
  TestEngine engine;
  Served served([](ServerOptions&) {}, &engine);
  EXPECT_EQ(send(options(served.server->endpoint()), lines(50)), 0) << err_.str();
  EXPECT_NE(err_.str().find("going on after line 30"), std::string::npos) << err_.str();
  EXPECT_EQ(joined(engine.payloads()), lines(50));
}

TEST_F(SenderTest, SendsAllOfAnotherInputAfterAnInterruptedOne) {
  SendOptions how = options("tcp://127.0.0.1:1");
  how.give_up_seconds = 1;
  EXPECT_EQ(send(how, lines(10)), 2);
  TestEngine engine;
  Served served([](ServerOptions&) {}, &engine);
  EXPECT_EQ(send(options(served.server->endpoint()), "{\"other\":1}\n" + lines(10)), 0)
      << err_.str();
  EXPECT_EQ(joined(engine.payloads()), lines(10) + "{\"other\":1}\n" + lines(10));
}

TEST_F(SenderTest, ResumesAfterTheServerRestartsWithoutDoubling) {
  TestEngine engine;
  auto first = std::make_unique<Served>([](ServerOptions&) {}, &engine);
  const std::string endpoint = first->server->endpoint();
  int code = -1;
  std::thread sender([&] { code = send(options(endpoint), lines(20'000)); });
  ASSERT_TRUE(first->eventually([](const auto& s) { return s.frames_durable > 200; }));
  first.reset();  // frames in flight are committed, their ACKs never leave
  Served second([&](ServerOptions& o) { o.endpoint = endpoint; }, &engine);
  sender.join();
  EXPECT_EQ(code, 0) << err_.str();
  EXPECT_EQ(joined(engine.payloads()), lines(20'000));
}

TEST_F(SenderTest, HealsARegressionFromItsSpoolAndSaysSo) {
  TestEngine engine;
  Served first([](ServerOptions&) {}, &engine);
  EXPECT_EQ(send(options(first.server->endpoint()), lines(50)), 0);
  engine.lose_frames_after(2);
  Served second([](ServerOptions&) {}, &engine);  // a restarted server asks its store again
  EXPECT_EQ(send(options(second.server->endpoint()), lines(10)), 0) << err_.str();
  EXPECT_NE(err_.str().find("REGRESSION"), std::string::npos) << err_.str();
  EXPECT_EQ(joined(engine.payloads()), lines(50) + lines(10));
}

TEST_F(SenderTest, StopsWhenTheServerKnowsMoreThanTheSpool) {
  TestEngine engine;
  Served served([](ServerOptions&) {}, &engine);
  EXPECT_EQ(send(options(served.server->endpoint()), lines(20)), 0);
  // The spool loses its end, as a copy made earlier would have.
  fs::remove(directory_ + "/spool/acks.log");
  for (const auto& item : fs::directory_iterator(directory_ + "/spool"))
    if (item.path().filename().string().starts_with("frames-"))
      fs::resize_file(item.path(), fs::file_size(item.path()) - 1);
  SendOptions how = options(served.server->endpoint());
  how.cut.records = 1000;
  EXPECT_EQ(send(how, lines(5)), 2);
  EXPECT_NE(out_.str().find("old copy or has lost its end"), std::string::npos) << out_.str();
  EXPECT_EQ(send(how, lines(5)), 2);  // and it stays refused: its numbers were given twice
  EXPECT_NE(err_.str().find("old copy"), std::string::npos) << err_.str();
  EXPECT_EQ(joined(engine.payloads()), lines(20));
}

TEST_F(SenderTest, IsToldAtOnceThatItsKeyIsUnknown) {
  const KeyPair server_keys = *make_curve_keypair();
  TestEngine engine;
  Served served([&](ServerOptions& o) { o.curve = server_keys; }, &engine);
  ASSERT_TRUE(write_key_files(directory_, "server", server_keys));
  ASSERT_TRUE(write_key_files(directory_, "stranger", *make_curve_keypair()));
  ASSERT_TRUE(write_key_files(directory_, "alpha", served.alpha_keys));
  SendOptions how = options(served.server->endpoint());
  how.server_key_file = directory_ + "/server.pub";
  how.key_file = directory_ + "/stranger.key";
  EXPECT_EQ(send(how, lines(5)), 2);
  EXPECT_NE(out_.str().find("refused the key"), std::string::npos) << out_.str();
  how.key_file = directory_ + "/alpha.key";
  EXPECT_EQ(send(how, ""), 0) << out_.str() << err_.str();
}

TEST_F(SenderTest, SendsFromMemoryManyFramesInFlight) {
  TestEngine engine;
  Served served([](ServerOptions&) {}, &engine);
  SendOptions how = options(served.server->endpoint());
  how.keep = SendOptions::Keep::kMemory;
  how.summary = SendOptions::Summary::kJson;
  EXPECT_EQ(send(how, lines(5000)), 0) << err_.str();
  EXPECT_EQ(joined(engine.payloads()), lines(5000));
  EXPECT_EQ(out_.str().find("\"p99\":0"), std::string::npos) << out_.str();
  EXPECT_FALSE(fs::exists(how.spool_directory));
}

TEST_F(SenderTest, WaitsWhileCreditIsWithheld) {
  TestEngine engine;
  Served served([](ServerOptions& o) { o.sessions.heartbeat = std::chrono::milliseconds(50); },
                &engine);
  served.server->withhold_credit("disk-full");
  ASSERT_TRUE(served.eventually([](const auto& s) { return !s.withheld.empty(); }));
  int code = -1;
  std::thread sender([&] { code = send(options(served.server->endpoint()), lines(30)); });
  EXPECT_TRUE(
      served.eventually([](const auto& s) { return s.messages_received > 3; }));  // heartbeats
  EXPECT_EQ(engine.committed(), 0U);
  served.server->withhold_credit("");
  sender.join();
  EXPECT_EQ(code, 0) << err_.str();
  EXPECT_EQ(engine.committed(), 3U);
}

TEST_F(SenderTest, GetsByWithCreditForOneFrameBesideAnother) {
  TestEngine engine;
  Served served(
      [](ServerOptions& o) {
        o.sessions.frame = {10, 2000};
        o.sessions.pool = {10, 2000};
      },
      &engine);
  std::vector<int> codes(2, -1);
  std::vector<std::thread> senders;
  for (std::size_t i = 0; i < codes.size(); ++i)
    senders.emplace_back([&, i] {
      SendOptions how = options(served.server->endpoint());
      how.spool_directory += std::to_string(i);
      std::istringstream in(lines(200));
      std::ostringstream out, err;
      codes[i] = run_send(how, in, out, err);
    });
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(codes, (std::vector{0, 0}));
  EXPECT_EQ(engine.committed(), 40U);
}

TEST(ClientSession, ALostConnectionDoesNotShortenADenial) {
  ClientSession session({.epoch = "e"});
  const Instant now{};
  session.greet(now);
  session.receive(WelcomeMessage{.session = 1, .heartbeat_ms = 1000}, now);
  session.receive(
      ErrorMessage{.refusal = Refusal::kBeyondCredit, .session = 1, .retry_after_ms = 60'000}, now);
  session.lost("the server cut it", now);
  EXPECT_FALSE(session.may_greet(now + std::chrono::seconds(59)));
  EXPECT_TRUE(session.may_greet(now + std::chrono::seconds(60)));
}

std::uint64_t attempt_of(const Parts& hello) {
  const std::vector<std::string_view> parts(hello.begin(), hello.end());
  return std::get<HelloMessage>(decode_client(parts).value()).attempt;
}

TEST(ClientSession, EachHelloIsNewerThanAllBefore) {
  ClientSession session({.epoch = "e", .run = 6});
  const Instant now{};
  const std::uint64_t first = attempt_of(session.greet(now));
  session.lost("gone", now);
  const std::uint64_t second = attempt_of(session.greet(now));
  EXPECT_GT(second, first);
  ClientSession of_next_process({.epoch = "e", .run = 7});
  EXPECT_GT(attempt_of(of_next_process.greet(now)), second);
  ClientSession of_last_process({.epoch = "e", .run = kRunMax});
  EXPECT_LT(attempt_of(of_last_process.greet(now)), kSequenceMax);
}

TEST(ClientSession, TheEndOfAnEarlierSessionDoesNotEndTheOneThatBegins) {
  ClientSession session({.epoch = "e"});
  const Instant now{};
  session.greet(now);
  session.receive(WelcomeMessage{.session = 1, .heartbeat_ms = 1000}, now);
  session.lost("the connection was lost", now);
  session.greet(now);
  session.receive(ErrorMessage{.refusal = Refusal::kSuperseded, .session = 1}, now);
  EXPECT_EQ(session.phase(), ClientSession::Phase::kGreeting);
  session.receive(WelcomeMessage{.session = 2, .heartbeat_ms = 1000}, now);
  EXPECT_EQ(session.phase(), ClientSession::Phase::kOpen);
}

TEST(ClientSession, CreditThatWasOvertakenTakesNothingBack) {
  ClientSession session({.epoch = "e"});
  const Instant now{};
  session.greet(now);
  session.receive(WelcomeMessage{.session = 1, .credit = {10, 100}, .heartbeat_ms = 1000}, now);
  session.send(10, std::string(100, 'x'), now);
  session.receive(ServerHeartbeat{.session = 1, .durable = 0, .credit = {20, 200}}, now);
  session.receive(ServerHeartbeat{.session = 1, .durable = 0, .credit = {5, 300}}, now);
  EXPECT_TRUE(session.covers({10, 200}));
  EXPECT_FALSE(session.covers({11, 1}));
  session.receive(AckMessage{.session = 1, .durable = 1, .credit = {0, 0}}, now);
  EXPECT_TRUE(session.covers({10, 200}));
}

TEST(FrameCutter, CutsByRecordsAndBytesAndKeepsLineNumbers) {
  std::istringstream in("{\"a\":1}\n\n  \n{\"a\":2}\n[3]\n{\"a\":4}");
  const auto input = stream_input(in);
  std::vector<std::uint64_t> refused;
  FrameCutter cutter(*input, {.records = 2, .frame_bytes = 1000, .record_bytes = 100},
                     [&](const RefusedLine& line) { refused.push_back(line.line); });
  StoredFrame frame;
  ASSERT_EQ(*cutter.next(frame, Patience::kFull), Cut::kFrame);
  EXPECT_EQ(frame.payload, "{\"a\":1}\n\n\n{\"a\":2}\n");
  EXPECT_EQ(frame.records, 2U);
  ASSERT_EQ(*cutter.next(frame, Patience::kFull), Cut::kFrame);
  EXPECT_EQ(frame.payload, "{\"a\":4}\n");
  EXPECT_EQ(frame.first_line, 6U);
  EXPECT_EQ(refused, std::vector<std::uint64_t>{5});
  EXPECT_EQ(*cutter.next(frame, Patience::kFull), Cut::kEnd);
}

TEST(FrameCutter, LeavesOutALineThatIsTooLongHoweverItIsRead) {
  const std::string text = "{\"a\":1}\n{" + std::string(600'000, 'x') + "}\n{\"a\":3}\n";
  std::istringstream in(text);
  const auto input = stream_input(in);
  std::vector<std::uint64_t> refused;
  FrameCutter cutter(*input, {.records = 10, .frame_bytes = 1000, .record_bytes = 100},
                     [&](const RefusedLine& line) { refused.push_back(line.line); });
  StoredFrame frame;
  ASSERT_EQ(*cutter.next(frame, Patience::kFull), Cut::kFrame);
  EXPECT_EQ(frame.records, 2U);
  EXPECT_EQ(frame.payload, "{\"a\":1}\n\n{\"a\":3}\n");
  EXPECT_EQ(refused, std::vector<std::uint64_t>{2});
  EXPECT_EQ(frame.end.bytes, text.size());
}

TEST(LatencyHistogram, IsExactToAFewPercent) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.add(std::chrono::microseconds(i));
  EXPECT_NEAR(static_cast<double>(histogram.at(0.5).count()), 500, 20);
  EXPECT_NEAR(static_cast<double>(histogram.at(0.99).count()), 990, 30);
  EXPECT_EQ(histogram.max().count(), 1000);
}

TEST(Progress, SaysRateAndTimeLeft) {
  EXPECT_EQ(progress_line(12'300, std::chrono::seconds(2), 0.25),
            "12,300 records, 6,150/s, 25 %, 00:06 left");
  EXPECT_EQ(progress_line(5, std::chrono::seconds(1), -1), "5 records, 5/s");
}

}  // namespace
}  // namespace tocsin::test
