from pydantic import BaseModel, SecretStr

from segue import flow, get_client
from segue.runtime import flow_run


class Login(BaseModel):
    user: str
    password: SecretStr


@flow
def sign_in(login: Login, token: SecretStr, note: str = "n"):
    print(login.password.get_secret_value(), token.get_secret_value(), token)
    print(type(flow_run.parameters["token"]).__name__, flow_run.parameters["note"])


sign_in(login={"user": "a", "password": "p"}, token="t")
with get_client(sync_client=True) as client:
    run = client.read_flow_runs()[0]
    print(sorted(run.parameters), run.parameters["note"])
sign_in(login=Login(user="b", password="q"), token=SecretStr("u"))
