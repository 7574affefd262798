import { judge } from "../../policies/judge";
import { disallowLatest } from "../../policies/container/disallowLatest";
import { readInputs } from "../../policies/inputs";
import { masked } from "../../policies/masked";

test.each([
  ["https://app:hunter22@db/x", "https://app:***@db/x"],
  ["https://hunter22@db/x", "https://***@db/x"],
  ["https://db/x?access_token=hunter22&page=2", "https://db/x?access_token=***&page=2"],
  ["nginx:1.28.0@sha256:abc", "nginx:1.28.0@sha256:abc"],
  ["red\u001b[31m\u009btext", "red [31m text"],
])("shows %j as %j", (value, shown) => {
  expect(masked(value)).toBe(shown);
});

test("shows no text that Pulumi has marked secret, wherever a policy found it", () => {
  const image = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    value: "hunter22:latest",
  };
  const type = "docker:index/container:Container";
  const resource = { type, name: "web", urn: `urn:pulumi:a::b::${type}::web`, ...readInputs({ image }) };
  expect(judge(disallowLatest, resource, {}).map(({ observed }) => observed)).toEqual(["image is ***"]);
});
