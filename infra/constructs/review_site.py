"""The approval site's front: an HTTP API with a throttle and an access log that holds no link: no path, no query.

The API is made before the function behind it, since the function is told the API's address.
"""

import json

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.options import Options

OPERATORS = {
    "/operator/incidents/{id}": apigateway.HttpMethod.GET,
    "/operator/incidents/{id}/decision": apigateway.HttpMethod.POST,
}
"""What `mendloop approve` and `reject` ask: routes that take AWS signatures only."""
# A link carries its signature in its path, so neither path nor query is logged: the function logs what it did.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTimeEpoch",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "route": "$context.routeKey",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "error": "$context.error.message",
}


class ReviewSite(Construct):
    """`url`: the address mails link to."""

    def __init__(self, scope: Construct, id: str, *, options: Options) -> None:
        super().__init__(scope, id)
        self._options = options
        self._api = apigateway.HttpApi(
            self, "Api", api_name="mendloop-review", create_default_stage=False, description="mendloop: approval pages"
        )
        log = logs.LogGroup(
            self,
            "AccessLog",
            log_group_name="/aws/vendedlogs/mendloop-review",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        stage = apigateway.CfnStage(
            self,
            "Stage",
            api_id=self._api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_burst_limit=20, throttling_rate_limit=10
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=json.dumps(ACCESS_LOG)
            ),
        )
        stage.node.add_dependency(log)
        self.url = self._api.api_endpoint

    def connect(self, review: lambda_.IFunction) -> None:
        """Every path and method goes to `review`, which answers what it does not know itself.

        Operators come signed; where an identity provider is named, everybody else comes with its token.
        """
        to_review = integrations.HttpLambdaIntegration("Review", review)
        self._api.add_routes(
            path="/{proxy+}",
            methods=[apigateway.HttpMethod.ANY],
            integration=to_review,
            authorizer=self._sign_in(),
        )
        signed = authorizers.HttpIamAuthorizer()
        for path, method in OPERATORS.items():
            self._api.add_routes(path=path, methods=[method], integration=to_review, authorizer=signed)

    def _sign_in(self) -> authorizers.HttpJwtAuthorizer | None:
        options = self._options
        if not options.oidc_issuer:
            return None
        return authorizers.HttpJwtAuthorizer(
            "SignIn",
            options.oidc_issuer,
            jwt_audience=list(options.oidc_audience),
            identity_source=[f"$request.header.{options.oidc_header}"],
        )

    @property
    def operators_arn(self) -> str:
        """What an operator's identity must be allowed to invoke (`execute-api:Invoke`)."""
        return Stack.of(self).format_arn(
            service="execute-api", resource=self._api.api_id, resource_name="*/*/operator/incidents/*"
        )
