import { DatabaseError } from "pg";
import { Problem } from "../problems";

/** Classes of SQLSTATE that speak of the server or the connection, not of the statement. */
const UNAVAILABLE = /^(08|28|3D|53|57|58)/;

/** The database's answer. @throws Problem `unavailable` when it has none, since it can't be reached or used */
export async function databaseAnswer<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Problem || (error instanceof DatabaseError && !UNAVAILABLE.test(error.code ?? "")))
      throw error;
    const problem = new Problem("unavailable", "try again later", { "retry-after": "5" });
    problem.cause = error;
    throw problem;
  }
}
