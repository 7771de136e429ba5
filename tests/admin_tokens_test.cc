#include "daemon/admin_tokens.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "daemon/admin_access.h"
#include "daemon/admin_secrets.h"
#include "tests/support/program_output.h"
#include "tests/support/temp_dir.h"

// Tokens and the files that hold secrets.
namespace tocsin {
namespace {

using testing::HasSubstr;
using testing::Not;

class AdminFilesTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path(name)) << text;
    ::chmod(path(name).c_str(), mode);
    return path(name);
  }
  static std::string read(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // A certificate that signs itself, NAME.pem with NAME.key.
  void make_certificate(const std::string& name) const {
    const auto made = testsupport::run_program(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=tocsin -keyout '" +
        path(name + ".key") + "' -out '" + path(name + ".pem") + "' 2>&1");
    ASSERT_EQ(made.status, 0) << made.output;
    ::chmod(path(name + ".key").c_str(), 0600);
  }
  std::string complaint(const AdminFiles& files) const {
    const auto secrets = read_admin_secrets(files);
    if (secrets) return "";
    EXPECT_EQ(secrets.error().code, ErrorCode::kInvalid) << "exit 2: a person must mend it";
    return secrets.error().message;
  }

  testsupport::TempDir directory_;
};

TEST_F(AdminFilesTest, ATokenIsKnownByItsHashAlone) {
  const std::string file = path("tokens");
  const auto ada = add_token(file, {"ada", Role::kRead});
  const auto eve = add_token(file, {"eve", Role::kAdmin});
  ASSERT_TRUE(ada && eve);
  EXPECT_NE(*ada, *eve);
  EXPECT_THAT(read(file), Not(HasSubstr(ada->substr(8))));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto tokens = AdminTokens::read(file);
  ASSERT_TRUE(tokens) << tokens.error().message;
  ASSERT_NE(tokens->find(*ada), nullptr);
  EXPECT_EQ(*tokens->find(*ada), (TokenHolder{"ada", Role::kRead}));
  EXPECT_EQ(*tokens->find(*eve), (TokenHolder{"eve", Role::kAdmin}));
  for (const std::string& wrong : {std::string(), std::string("tocsin_"), *ada + "x", "T" + *ada})
    EXPECT_EQ(tokens->find(wrong), nullptr) << wrong;
}

TEST_F(AdminFilesTest, AHeaderIsBearerAndTheToken) {
  const auto token = add_token(path("tokens"), {"ada", Role::kRead});
  const auto tokens = AdminTokens::read(path("tokens"));
  EXPECT_TRUE(identify("Bearer " + *token, &*tokens).holder);
  EXPECT_TRUE(identify("bearer " + *token, &*tokens).holder);
  for (const std::string& wrong :
       {*token, "Basic " + *token, "Bearer  " + *token, std::string("Bearer"),
        "Bearer " + *token + " ", std::string(" ")}) {
    const Caller caller = identify(wrong, &*tokens);
    EXPECT_TRUE(caller.gave_token);
    EXPECT_FALSE(caller.holder) << wrong;
  }
  EXPECT_FALSE(identify("", &*tokens).gave_token);
}

TEST_F(AdminFilesTest, ANameHasOneToken) {
  ASSERT_TRUE(add_token(path("tokens"), {"ada", Role::kRead}));
  const auto again = add_token(path("tokens"), {"ada", Role::kAdmin});
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(add_token(path("tokens"), {"a b", Role::kRead}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(add_token(path("tokens"), {"a\n", Role::kRead}).error().code, ErrorCode::kInvalid);
}

TEST_F(AdminFilesTest, LinesWithoutAnEndAndRemarksAreKept) {
  const std::string file = write("tokens", "# who may\n\n");
  ASSERT_TRUE(add_token(file, {"ada", Role::kRead}));
  std::string text = read(file);
  text.pop_back();
  write("tokens", text);
  ASSERT_TRUE(add_token(file, {"eve", Role::kRead}));
  EXPECT_EQ(AdminTokens::read(file)->size(), 2u);
}

TEST_F(AdminFilesTest, WhatIsWrongIsSaidWithItsLine) {
  const std::string hash(64, 'a');
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"ada read\n", "F:1: the hash is not 64 hex digits"},
      {"\nada write " + hash + "\n", "F:2: the role is none of read, acknowledge, admin"},
      {"ada read " + hash + "0\n", "F:1: the hash is not 64 hex digits"},
      {"ada read " + hash + " more\n", "F:1: something stands behind the hash"},
      {"a/b read " + hash + "\n", "F:1: a name is 1 to 64"},
      {"ada read " + hash + "\nada read " + hash + "\n", "F:2: 'ada' has a token already"},
  };
  for (const auto& [text, want] : cases) {
    const auto tokens = AdminTokens::parse(text, "F");
    ASSERT_FALSE(tokens) << text;
    EXPECT_THAT(tokens.error().message, HasSubstr(want));
    EXPECT_THAT(tokens.error().message, HasSubstr("allowed: NAME ROLE HASH"));
  }
  // Somebody may have put a token where its hash belongs.
  EXPECT_THAT(AdminTokens::parse("ada read tocsin_secret\n", "F").error().message,
              Not(HasSubstr("secret")));
}

TEST_F(AdminFilesTest, AFileThatOthersCanReadIsRefused) {
  for (const mode_t mode : {0604, 0602, 0620, 0666}) {
    const std::string file = write("tokens", "", mode);
    EXPECT_THAT(complaint({"", "", file}), HasSubstr("tokens: mode")) << mode;
    EXPECT_EQ(add_token(file, {"ada", Role::kRead}).error().code, ErrorCode::kForbidden);
  }
  EXPECT_EQ(complaint({"", "", write("tokens", "", 0640)}), "");
  EXPECT_THAT(complaint({"", "", path("nowhere")}), HasSubstr("No such file"));
  EXPECT_THAT(complaint({"", "", directory_.path().string()}), HasSubstr("not a file"));
}

TEST_F(AdminFilesTest, ACertificateNeedsItsKey) {
  make_certificate("one");
  make_certificate("other");
  EXPECT_EQ(complaint({path("one.pem"), path("one.key"), ""}), "");
  EXPECT_THAT(complaint({path("one.pem"), path("other.key"), ""}),
              HasSubstr("other.key: key values mismatch"));
  EXPECT_THAT(complaint({path("nowhere"), path("one.key"), ""}), HasSubstr("nowhere: "));
  EXPECT_THAT(complaint({path("one.key"), path("one.key"), ""}),
              HasSubstr("certificate_file " + path("one.key")));
  EXPECT_THAT(complaint({path("one.pem"), path("one.pem"), ""}), HasSubstr("key_file"));
  ::chmod(path("one.key").c_str(), 0644);
  EXPECT_THAT(complaint({path("one.pem"), path("one.key"), ""}), HasSubstr("mode 644"));
}

// OpenSSL would ask on the terminal, and wait.
TEST_F(AdminFilesTest, AKeyThatNeedsAPasswordIsRefused) {
  make_certificate("one");
  const auto made =
      testsupport::run_program("openssl ec -aes128 -passout pass:secret -in '" + path("one.key") +
                               "' -out '" + path("locked.key") + "' 2>&1");
  ASSERT_EQ(made.status, 0) << made.output;
  ::chmod(path("locked.key").c_str(), 0600);
  EXPECT_THAT(complaint({path("one.pem"), path("locked.key"), ""}), HasSubstr("locked.key: "));
}

}  // namespace
}  // namespace tocsin
