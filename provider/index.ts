import * as provider from "@pulumi/pulumi/provider";
import { connectEngineLog } from "./engineLog";
import { resources } from "./resources";
import { Router } from "./router";

const args = process.argv.slice(2);
void provider.main(new Router(resources, connectEngineLog(args)), args);
