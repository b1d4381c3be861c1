// Writes expected.json: what the real dotenv reads in each text. Run where npm's dotenv 16 and 17 can be required:
//   npm install dotenv@17 dotenv16@npm:dotenv@16 && NODE_PATH=node_modules node tests/dotenv/expected.cjs
const fs = require("fs");
const path = require("path");
const dotenv16 = require("dotenv16");
const dotenv17 = require("dotenv");

const texts = [
  "", "\n\n", "A=1", "A=1\n", "A = 1 ", "  A=1", "export A=1", "export   A = 1", "A=", "A=\nB=2", "A= \nB=2", "A", "A\nB=2",
  "A: yaml", "A:no", "A:  spaced  ", "A.B-C_9=dots", "1A=digit", "Ä=umlaut\nB=2", "=nothing\nB=2", "A==x=y",
  "A=$B", "A=${B}", "PASSWORD=p$4w0rd$1$$", "A=a\\$b", "URL=postgres://u:p%40$x@h:5432/d?a=b&c=d",
  "A=x#comment", "A=x #comment", "# A=1\nB=2", "   # A=1\nB=2", "A='x#y'", "A=\"x#y\" # why", "A='x' 'y'", "A=\"#\"", "A=#", "A='#",
  "A='single'", "A=\"double\"", "A=`back`", "A=' kept '", "A=\" kept \"", "A= ' led '", "A=''", "A=\"\"", "A=``", "A='\"'", "A=\"'\"", "A=`'\"`",
  "A=\"a\\nb\"", "A='a\\nb'", "A=`a\\nb`", "A=a\\nb", "A=\"a\\rb\"", "A=\"a\\tb\"", "A=\"a\\\\nb\"", "A=\"\\\"x\\\"\"", "A='\\'x\\''", "A=\"a\\\"b",
  "A=\"first\nsecond\"\nB=2", "A='first\nsecond'\nB=2", "A=`first\nsecond`\nB=2", "A=\"first\n# no comment\nC=3\"\nB=2",
  "A=\"open\nB=2", "A='open\nB=2\nC='x'", "A=\"open\nB=\"x\"", "A=un\"quoted\"", "A=\"x\"y", "A=\"x\" y", "A='a'b'c'", "A=\"'mixed\"'",
  "A=1\r\nB=2\r\n", "A=1\rB=2", "A=\"x\r\ny\"", "\ufeffA=1", "A=1\nA=2", "A=\ta\t", "A=a\u00a0", "A=\u00a0a", "A=\u3000x", "A\t=\t1", "A\n=1", "A=\n\n'x'",
  "export\nA=1", "exportA=1", "export export=1", "A={\"j\": [1, \"2\"]}", "A='{\"j\": \"#\"}'", "KEY=\"-----BEGIN\nabc==\n-----END\"\nB=2", "A=1 B=2", "A=1; B=2",
  "A=x\u2028B=2", "A=ünïcode", "A='😀'", "A=\"x\"\n\"y\"\nB=2", "\"A\"=1\nB=2", "A='x\n'y'\nz'\nB=2", "A : b", "A=  \"x\"  ", "A=x  # c # d", "A=\\", "A=\"\\\"",
];

const cases = texts.map((text) => {
  const [old, current] = [dotenv16.parse(text), dotenv17.parse(text)];
  if (JSON.stringify(old) !== JSON.stringify(current)) throw new Error(`dotenv 16 and 17 differ: ${JSON.stringify(text)}`);
  return { text, variables: current };
});
fs.writeFileSync(path.join(__dirname, "expected.json"), JSON.stringify(cases, null, 1) + "\n");
